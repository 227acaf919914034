namespace StocksDapr.Writer.Storage;

/// <summary>Text from outside, made storable: PostgreSQL holds every character but U+0000, and no half surrogate pairs.</summary>
internal static class StorableText
{
    public static string Of(string text, int maxLength = 2_000)
    {
        if (text.Length > maxLength)
            text = text[..maxLength];
        if (!text.Contains('\0') && !text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF'))
            return text;

        return string.Create(text.Length, text, static (span, source) =>
        {
            for (var i = 0; i < span.Length; i++)
            {
                var paired = (char.IsHighSurrogate(source[i]) && i + 1 < source.Length && char.IsLowSurrogate(source[i + 1]))
                    || (char.IsLowSurrogate(source[i]) && i > 0 && char.IsHighSurrogate(source[i - 1]));
                span[i] = source[i] == '\0' || (char.IsSurrogate(source[i]) && !paired) ? '\uFFFD' : source[i];
            }
        });
    }
}
