using System.Globalization;
using System.Text;

namespace StocksDapr.Sidecar.Go;

/// <summary>Go's <c>fmt</c> verbs, as far as they reach users.</summary>
internal static class GoFormat
{
    /// <summary><c>%q</c> of a text: in quotes, with what cannot be printed escaped.</summary>
    public static string Quote(string text)
    {
        var quoted = new StringBuilder(text.Length + 2).Append('"');
        foreach (var rune in text.EnumerateRunes())
        {
            _ = rune.Value switch
            {
                '"' or '\\' => quoted.Append('\\').Append((char)rune.Value),
                '\a' => quoted.Append("\\a"),
                '\b' => quoted.Append("\\b"),
                '\f' => quoted.Append("\\f"),
                '\n' => quoted.Append("\\n"),
                '\r' => quoted.Append("\\r"),
                '\t' => quoted.Append("\\t"),
                '\v' => quoted.Append("\\v"),
                < 0x20 or 0x7f => quoted.Append(CultureInfo.InvariantCulture, $"\\x{rune.Value:x2}"),
                _ when Rune.IsControl(rune) => quoted.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}"),
                _ => quoted.Append(rune.ToString()),
            };
        }

        return quoted.Append('"').ToString();
    }

    /// <summary><c>%v</c> of a double: shortest digits, an exponent of at least two digits below 1e-4 and from 1e21.</summary>
    public static string General(double value)
    {
        var text = value.ToString("R", CultureInfo.InvariantCulture);
        var magnitude = Math.Abs(value);
        if (magnitude is 0 or >= 1e-4 and < 1e21)
        {
            Span<byte> digits = stackalloc byte[GoNumber.MaxLength];
            return System.Text.Encoding.ASCII.GetString(digits[..GoNumber.Format(value, digits)]);
        }

        var scientific = text.Contains('E', StringComparison.Ordinal) ? text : value.ToString("E16", CultureInfo.InvariantCulture);
        var parts = scientific.Split('E');
        var mantissa = parts[0].Contains('.', StringComparison.Ordinal) ? parts[0].TrimEnd('0').TrimEnd('.') : parts[0];
        var exponent = int.Parse(parts[1], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        return string.Create(CultureInfo.InvariantCulture, $"{mantissa}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}");
    }
}
