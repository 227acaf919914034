namespace StocksDapr.Query.Requests;

/// <summary>Fields of a CSV line as RFC 4180 has them.</summary>
internal static class CsvField
{
    /// <summary>
    /// Quotes what needs it. A text that a spreadsheet would run as a formula gets an apostrophe in front, since what is in it came from a file
    /// of someone else's.
    /// </summary>
    public static string Escape(string field)
    {
        if (field is ['=' or '+' or '-' or '@' or '\t', ..])
            field = $"'{field}";
        return field.AsSpan().ContainsAny(",\"\r\n") ? $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : field;
    }
}
