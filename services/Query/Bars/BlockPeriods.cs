using StocksDapr.Market;

namespace StocksDapr.Query.Bars;

/// <summary>
/// Cuts a series into blocks: a UTC day of minutes, a week of five minutes, a month of longer intraday bars, a year of days, a decade of
/// weeks or months. Each is some 50 to 1,000 bars: quick to load, and little is lost when one bar of it changes.
/// </summary>
internal static class BlockPeriods
{
    private const long Day = 86_400;
    private const long Week = 7 * Day;

    /// <summary>The number of the period that an instant (seconds since 1970 UTC) falls into; consecutive.</summary>
    public static int At(Interval interval, long instant)
    {
        if (interval == Interval.OneMinute)
            return (int)(instant / Day) - (instant % Day < 0 ? 1 : 0);
        if (interval == Interval.FiveMinutes)
            return (int)(instant / Week) - (instant % Week < 0 ? 1 : 0);

        var date = DateTime.UnixEpoch.AddSeconds(instant);
        if (interval.IsIntraday)
            return (date.Year * 12) + date.Month - 1;
        return interval == Interval.OneDay ? date.Year : date.Year / 10;
    }

    /// <summary>The instant at which a period begins, which is where the one before ends.</summary>
    public static DateTimeOffset Start(Interval interval, int period)
    {
        if (interval == Interval.OneMinute)
            return DateTimeOffset.FromUnixTimeSeconds(period * Day);
        if (interval == Interval.FiveMinutes)
            return DateTimeOffset.FromUnixTimeSeconds(period * Week);

        var (year, month) = interval.IsIntraday ? (period / 12, (period % 12) + 1)
            : interval == Interval.OneDay ? (period, 1)
            : (period * 10, 1);
        return year switch
        {
            < 1 => DateTimeOffset.MinValue,
            > 9999 => DateTimeOffset.MaxValue,
            _ => new DateTimeOffset(year, month, 1, 0, 0, 0, TimeSpan.Zero),
        };
    }
}
