using System.Text;

namespace StocksDapr.Sidecar.Go;

/// <summary>Go's <c>os.Expand</c>: <c>$NAME</c> and <c>${NAME}</c>; a variable that is not set becomes nothing, a lone dollar stays.</summary>
internal static class GoExpand
{
    public static string Expand(string text, Func<string, string?> lookUp)
    {
        ArgumentNullException.ThrowIfNull(lookUp);
        var expanded = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '$' || i + 1 == text.Length)
            {
                expanded.Append(text[i]);
                continue;
            }

            var name = Name(text.AsSpan(i + 1), out var length);
            if (name.IsEmpty && length == 0) expanded.Append('$');
            else if (!name.IsEmpty) expanded.Append(lookUp(name.ToString()));
            i += length;
        }

        return expanded.ToString();
    }

    /// <summary>The name after a dollar and how much of the text it takes; braces that hold no name are swallowed.</summary>
    private static ReadOnlySpan<char> Name(ReadOnlySpan<char> text, out int length)
    {
        if (text[0] == '{')
        {
            var end = text.IndexOf('}');
            length = end < 0 ? 1 : end + 1;
            return end <= 1 ? default : text[1..end];
        }

        length = IsSpecial(text[0]) ? 1 : 0;
        while (length < text.Length && (text[length] == '_' || char.IsAsciiLetterOrDigit(text[length])) && !(length == 1 && IsSpecial(text[0]))) length++;
        return text[..length];
    }

    private static bool IsSpecial(char c) => c is '*' or '#' or '$' or '@' or '!' or '?' or '-' || char.IsAsciiDigit(c);
}
