using StocksDapr.Market;

namespace StocksDapr.Collector.Providers.Vendors;

/// <summary>Tells bars of the regular session of the US exchanges from what vendors send of the hours before and after it.</summary>
internal static class RegularSession
{
    /// <summary>
    /// Whether a session has a bar of the interval with exactly this start. Daily bars all count: on which days there can be one is for the rules that judge bars.
    /// </summary>
    public static bool HasBar(Interval interval, DateTimeOffset start) =>
        !interval.IsIntraday
        || (ExchangeCalendar.UsEquities.TryGetSessionAt(start, out var session) && session.BarIndex(interval, start) >= 0);

    /// <summary>As <see cref="HasBar"/>, for a bar within a session that must also have ended at an instant.</summary>
    public static bool HasEndedBar(Interval interval, DateTimeOffset start, DateTimeOffset now) =>
        ExchangeCalendar.UsEquities.TryGetSessionAt(start, out var session)
        && session.BarIndex(interval, start) is >= 0 and var index && session.BarEnd(interval, index) <= now;
}
