using StocksDapr.Contracts.Messages;
using StocksDapr.Market;

namespace StocksDapr.Collector.Providers.Vendors;

/// <summary>
/// Bars of an hour from a vendor whose own ones begin with the hour of the clock: a session's hours begin at half past nine, and so do half hours of such a vendor. Of an
/// hour's two halves the first opens it and the second closes it; the last hour of a session is one half alone.
/// </summary>
internal static class HourOfHalves
{
    /// <summary>What is asked of the vendor instead: the halves of all hours of a request.</summary>
    public static BarsRequest Asked(BarsRequest hours) =>
        hours with { Interval = Interval.ThirtyMinutes, To = hours.To + Interval.ThirtyMinutes.Length };

    /// <summary>The hours of halves that are in ascending order.</summary>
    /// <remarks>
    /// An hour of which one half is not there is made of the other only if something later is: in the missing half nobody traded. Otherwise the vendor may be behind, and half
    /// an hour would pass for a whole one. Of a half that is told twice, differently, there are two hours, for those who judge bars to see.
    /// </remarks>
    /// <param name="halves">What the vendor has of <see cref="Asked"/>.</param>
    /// <param name="window">That of the hours.</param>
    public static IReadOnlyList<RawBar> Of(IReadOnlyList<RawBar> halves, BarsWindow window)
    {
        var hours = new List<RawBar>();
        foreach (var hour in halves.GroupBy(half => StartOf(half.Start)))
        {
            if (hour.Key is not { } start || !window.Holds(start))
                continue;
            var (first, second) = (hour.Where(half => half.Start == start).ToList(), hour.Where(half => half.Start != start).ToList());
            if (first.Count > 0 && second.Count > 0)
                hours.AddRange(first.SelectMany(_ => second, (one, other) => Joined(one, other)));
            else if (HalvesOf(start) == 1 || halves[^1].Start >= start + Interval.OneHour.Length)
                hours.AddRange(hour.Select(half => half with { Start = start }));
        }

        return hours;
    }

    /// <summary>The start of the session's hour that a half belongs to; null for one outside of sessions.</summary>
    private static DateTimeOffset? StartOf(DateTimeOffset half) =>
        ExchangeCalendar.UsEquities.TryGetSessionAt(half, out var session) && session.BarIndex(Interval.ThirtyMinutes, half) is >= 0 and var index
            ? session.BarStart(Interval.OneHour, index / 2)
            : null;

    private static int HalvesOf(DateTimeOffset hour) =>
        ExchangeCalendar.UsEquities.TryGetSessionAt(hour + Interval.ThirtyMinutes.Length, out _) ? 2 : 1;

    private static RawBar Joined(RawBar first, RawBar second) => new(
        first.Start, first.Open, Of(first.High, second.High, Math.Max), Of(first.Low, second.Low, Math.Min), second.Close, Of(first.Volume, second.Volume, (one, other) => one + other));

    /// <summary>What is no number stays what it is, for whoever judges the bar.</summary>
    private static RawValue Of(RawValue one, RawValue other, Func<double, double, double> join) =>
        one.Number is not { } first ? one : other.Number is not { } second ? other : join(first, second);
}
