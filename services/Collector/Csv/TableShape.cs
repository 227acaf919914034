using System.Text;

namespace StocksDapr.Collector.Csv;

/// <summary>The table in a file: its delimiter, its columns, and where its rows begin.</summary>
/// <param name="FirstRowLine">The line of the first row, from 1.</param>
/// <param name="FirstRowAt">The byte at which that line begins.</param>
internal sealed record TableShape(byte Delimiter, ColumnMap Columns, int FirstRowLine, int FirstRowAt)
{
    /// <summary>Lines before the header or first row that may be something else: a comment, a title, Excel's <c>sep=;</c>.</summary>
    private const int MaxLinesBefore = 20;

    private const int QuotedLength = 120;

    /// <summary>A line with so many fields is the table's first, whatever it says: a title above a table has fewer.</summary>
    private const int FieldsOfBar = 6;

    private static readonly byte[] Delimiters = [(byte)',', (byte)';', (byte)'\t', (byte)'|'];

    /// <summary>Finds the table at the beginning of a file.</summary>
    /// <exception cref="UnreadableFileException">There is none, or it lacks columns that a bar needs.</exception>
    public static TableShape Find(ReadOnlySpan<byte> text)
    {
        if (Ascii.Trim(text) is { Start.Value: var start, End.Value: var end } && start == end)
            throw new UnreadableFileException("empty", "The file is empty. A CSV file of price bars belongs here, with columns for date, open, high, low, close and volume.");

        RefuseOtherFormats(text);
        var fields = new RowFields();
        var at = 0;
        for (var line = 1; line <= MaxLinesBefore && at < text.Length; line++)
        {
            var rest = text[at..];
            var length = rest.IndexOf((byte)'\n');
            var row = (length < 0 ? rest : rest[..length]).TrimEnd((byte)'\r');
            var next = length < 0 ? text.Length : at + length + 1;
            foreach (var delimiter in Delimiters)
            {
                if (row.Length > LineReader.MaxLength || !fields.TrySplit(row, delimiter, out var split) || fields.Count < 3)
                    continue;

                if (HeaderNames.Match(fields, split) is { } columns)
                    return new TableShape(delimiter, Complete(columns, row), line + 1, next);
                if (HeaderlessRow.Match(fields, split, delimiter == ',') is { } guessed)
                    return new TableShape(delimiter, Complete(guessed, row), line, at);
                if (fields.Count >= FieldsOfBar)
                    throw NotBars($"Its columns are not those of price bars: {Quote(row)}");
            }

            at = next;
        }

        throw NotBars($"It begins with: {Quote(text)}");
    }

    /// <summary>The beginning of a text, for a message.</summary>
    public static string Quote(ReadOnlySpan<byte> text)
    {
        var beginning = Encoding.UTF8.GetString(text[..Math.Min(text.Length, 4 * QuotedLength)]);
        var flat = string.Join(' ', beginning.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        var cut = flat.Length > QuotedLength ? string.Concat(flat.AsSpan(0, QuotedLength), "…") : flat;
        return new string([.. cut.Select(letter => char.IsControl(letter) ? '?' : letter)]);
    }

    private static UnreadableFileException NotBars(string what) =>
        new(
            "not-csv",
            "The file has neither a first line that names the columns date, open, high, low, close and volume, nor rows of a date and five numbers. " + what);

    private static ColumnMap Complete(ColumnMap columns, ReadOnlySpan<byte> row)
    {
        var missing = string.Join(", ", columns.Missing());
        return missing.Length == 0
            ? columns
            : throw new UnreadableFileException("missing-columns", $"The file has no column for {missing}. Its first line is: {Quote(row)}");
    }

    private static void RefuseOtherFormats(ReadOnlySpan<byte> text)
    {
        var start = text.TrimStart(" \t\r\n"u8);
        var what =
            start[0] is (byte)'{' or (byte)'[' ? "JSON, perhaps a provider's error message"
            : StartsWith(start, "<!doctype") || StartsWith(start, "<html") || StartsWith(start, "<?xml") || StartsWith(start, "<head") ? "a web page or XML"
            : start.StartsWith("PK\u0003\u0004"u8) ? "a ZIP archive or an Excel workbook"
            : start.StartsWith("%PDF"u8) ? "a PDF document"
            : text.Contains((byte)0) ? "binary data"
            : null;
        if (what is not null)
            throw new UnreadableFileException("not-csv", $"The file holds {what}, not CSV. It begins with: {Quote(text)}");
    }

    private static bool StartsWith(ReadOnlySpan<byte> text, string beginning) =>
        text.Length >= beginning.Length && Ascii.EqualsIgnoreCase(text[..beginning.Length], beginning);
}
