using StocksDapr.Market;

namespace StocksDapr.Collector.Collection;

/// <summary>Bars of one symbol that are to be fetched in one request: from the first to the last of <paramref name="Starts"/>.</summary>
internal sealed record DueRange(string Symbol, IReadOnlyList<DateTimeOffset> Starts)
{
    /// <summary>Longer than any stretch without sessions.</summary>
    private static readonly TimeSpan FarApart = TimeSpan.FromDays(10);

    public DateTimeOffset From => Starts[0];

    public DateTimeOffset To => Starts[^1];

    /// <summary>
    /// Cuts the due bars of a symbol into ranges worth a request each: bars far apart do not share one, and none spans more bars than a
    /// provider gives in one answer.
    /// </summary>
    public static IEnumerable<DueRange> Cut(
        string symbol, IReadOnlyList<DateTimeOffset> starts, Interval interval, int maxBars, ExchangeCalendar calendar)
    {
        var from = 0;
        for (var i = 1; i <= starts.Count; i++)
        {
            if (i < starts.Count && starts[i] - starts[i - 1] <= FarApart)
                continue;

            foreach (var range in Halve(symbol, [.. starts.Take(from..i)], interval, maxBars, calendar))
                yield return range;
            from = i;
        }
    }

    private static IEnumerable<DueRange> Halve(
        string symbol, DateTimeOffset[] starts, Interval interval, int maxBars, ExchangeCalendar calendar)
    {
        if (starts.Length == 1 || calendar.CountBars(interval, starts[0], starts[^1]) <= maxBars)
            return [new DueRange(symbol, starts)];

        var half = starts.Length / 2;
        return Halve(symbol, starts[..half], interval, maxBars, calendar).Concat(Halve(symbol, starts[half..], interval, maxBars, calendar));
    }
}
