using System.Text;

namespace StocksDapr.Collector.Csv;

/// <summary>What the first rows of a file say about its times and symbols: the evidence on which its layout is decided.</summary>
internal sealed class RowSamples
{
    private readonly SymbolTable _symbols = new();

    /// <summary>The times of the rows, per symbol; the empty symbol for rows that name none.</summary>
    public Dictionary<string, List<WrittenTime>> Times { get; } = new(StringComparer.Ordinal);

    /// <summary>How the file orders day and month: as said, or as its rows have voted.</summary>
    public DateOrder DateOrder { get; private set; }

    /// <summary>Whether any row has a valid symbol of its own.</summary>
    public bool HasSymbols { get; private set; }

    /// <summary>The interval's code in the first row of a Stooq file; empty if there is none.</summary>
    public string Period { get; private set; } = "";

    /// <param name="text">The beginning of the file, cut after a whole line.</param>
    public static RowSamples Read(ReadOnlySpan<byte> text, TableShape shape, DateOrder? saidOrder)
    {
        var samples = new RowSamples();
        samples.DateOrder = saidOrder ?? VoteOnDateOrder(text[shape.FirstRowAt..], shape);
        var columns = shape.Columns;
        var fields = new RowFields();
        foreach (var range in text[shape.FirstRowAt..].Split((byte)'\n'))
        {
            if (!TrySplit(text[shape.FirstRowAt..][range], shape, fields, out var row)
                || !TimeText.TryRead(
                    fields.Field(row, columns.Date), columns.Time < 0 ? default : fields.Field(row, columns.Time), samples.DateOrder, out var time))
                continue;

            var symbol = columns.Symbol < 0 ? null : samples._symbols.Find(fields.Field(row, columns.Symbol));
            samples.HasSymbols |= symbol is not null;
            if (samples.Period.Length == 0 && columns.Period >= 0)
                samples.Period = Encoding.UTF8.GetString(fields.Field(row, columns.Period));
            if (!samples.Times.TryGetValue(symbol ?? "", out var times))
                samples.Times.Add(symbol ?? "", times = []);
            times.Add(time);
        }

        return samples;
    }

    /// <summary>
    /// A value above 12 can only be the day. Where no row decides, or as many rows say one thing as the other, slashes mean the order
    /// of the United States (3/4/2017 is in March) and dashes that of Europe (03-04-2017 is in April).
    /// </summary>
    private static DateOrder VoteOnDateOrder(ReadOnlySpan<byte> rows, TableShape shape)
    {
        var fields = new RowFields();
        int dayFirst = 0, monthFirst = 0, dashes = 0, slashes = 0;
        foreach (var range in rows.Split((byte)'\n'))
        {
            if (!TrySplit(rows[range], shape, fields, out var row))
                continue;

            var date = fields.Field(row, shape.Columns.Date);
            if (!TimeText.TryReadYearLast(date, out var first, out var second))
                continue;

            if (first > 12 && second <= 12)
                dayFirst++;
            else if (second > 12 && first <= 12)
                monthFirst++;
            if (date.Contains((byte)'/'))
                slashes++;
            else
                dashes++;
        }

        if (dayFirst != monthFirst)
            return dayFirst > monthFirst ? DateOrder.DayFirst : DateOrder.MonthFirst;
        return dashes > slashes ? DateOrder.DayFirst : DateOrder.MonthFirst;
    }

    private static bool TrySplit(ReadOnlySpan<byte> line, TableShape shape, RowFields fields, out ReadOnlySpan<byte> row)
    {
        row = default;
        return line.Length is > 0 and <= LineReader.MaxLength
            && fields.TrySplit(line.TrimEnd((byte)'\r'), shape.Delimiter, out row)
            && fields.Count >= shape.Columns.Count;
    }
}
