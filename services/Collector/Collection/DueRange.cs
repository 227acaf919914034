using StocksDapr.Market;

namespace StocksDapr.Collector.Collection;

/// <summary>Bars of one symbol that are to be fetched in one request: from the first to the last of <paramref name="Starts"/>.</summary>
internal sealed record DueRange(string Symbol, IReadOnlyList<DateTimeOffset> Starts)
{
    public DateTimeOffset From => Starts[0];

    public DateTimeOffset To => Starts[^1];

    /// <summary>Cuts the due bars of a symbol so that no range spans more bars than a provider gives in one answer.</summary>
    public static IEnumerable<DueRange> Cut(
        string symbol, IReadOnlyList<DateTimeOffset> starts, Interval interval, int maxBars, ExchangeCalendar calendar)
    {
        if (starts.Count <= 1 || calendar.CountBars(interval, starts[0], starts[^1]) <= maxBars)
            return starts.Count == 0 ? [] : [new DueRange(symbol, starts)];

        var half = starts.Count / 2;
        return Cut(symbol, [.. starts.Take(half)], interval, maxBars, calendar)
            .Concat(Cut(symbol, [.. starts.Skip(half)], interval, maxBars, calendar));
    }
}
