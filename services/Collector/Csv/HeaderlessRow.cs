using System.Text;
using StocksDapr.Market;

namespace StocksDapr.Collector.Csv;

/// <summary>
/// Recognises the columns of a file without a header by its first row: a date, perhaps a time after it, then open, high, low, close
/// and volume in this order (which every vendor without headers keeps), and somewhere perhaps a symbol.
/// </summary>
internal static class HeaderlessRow
{
    private const int CompactDateLength = 8;
    private const int CompactTimeLength = 6;

    /// <summary>The columns; null when the row is not one of bars.</summary>
    public static ColumnMap? Match(RowFields fields, ReadOnlySpan<byte> text, bool commaDelimited)
    {
        var date = 0;
        while (date < fields.Count && !IsDate(fields.Field(text, date)))
            date++;
        if (date == fields.Count)
            return null;

        var time = date + 1 < fields.Count && IsTime(fields.Field(text, date + 1), fields.Field(text, date)) ? date + 1 : ColumnMap.None;
        var open = Math.Max(date, time) + 1;
        var numbers = 0;
        while (open + numbers < fields.Count && MayBeNumber(fields.Field(text, open + numbers), commaDelimited))
            numbers++;
        if (numbers < 5)
            return null;

        var symbol = 0;
        while (symbol < fields.Count && !IsSymbol(fields.Field(text, symbol), commaDelimited))
            symbol++;

        var hasPeriod = symbol < date - 1;
        return new ColumnMap
        {
            Count = fields.Count,
            Symbol = symbol < fields.Count ? symbol : ColumnMap.None,
            Date = date,
            Time = time,
            Open = open,
            High = open + 1,
            Low = open + 2,
            Close = open + 3,
            Volume = numbers > 5 && IsAdjustedClose(fields, text, open) ? open + 5 : open + 4,
            Period = hasPeriod ? date - 1 : ColumnMap.None,
        };
    }

    private static bool IsDate(ReadOnlySpan<byte> field) =>
        TimeText.TryRead(field, DateOrder.MonthFirst, out _) || TimeText.TryRead(field, DateOrder.DayFirst, out _);

    /// <summary>A time with colons, or six digits after a date of eight.</summary>
    private static bool IsTime(ReadOnlySpan<byte> field, ReadOnlySpan<byte> date) =>
        ClockText.TryRead(field, out _, out _)
        && (field.Contains((byte)':') || (field.Length == CompactTimeLength && date.Length == CompactDateLength));

    private static bool MayBeNumber(ReadOnlySpan<byte> field, bool commaDelimited) => NumberText.Read(field, commaDelimited).Text is null;

    private static bool IsSymbol(ReadOnlySpan<byte> field, bool commaDelimited) =>
        Symbol.TryNormalize(Encoding.UTF8.GetString(field), out var symbol)
        && symbol.Any(char.IsAsciiLetterUpper)
        && !IsDate(field)
        && NumberText.Read(field, commaDelimited).Text is not null;

    /// <summary>Yahoo has the adjusted close before the volume: a price with decimals, not above the bar's, before a whole number.</summary>
    private static bool IsAdjustedClose(RowFields fields, ReadOnlySpan<byte> text, int open) =>
        fields.Field(text, open + 4).Contains((byte)'.')
        && NumberText.Read(fields.Field(text, open + 4), false).TryGetNumber(out var adjusted)
        && NumberText.Read(fields.Field(text, open + 1), false).TryGetNumber(out var high)
        && NumberText.Read(fields.Field(text, open + 5), false).TryGetNumber(out var volume)
        && adjusted <= high
        && volume == Math.Floor(volume);
}
