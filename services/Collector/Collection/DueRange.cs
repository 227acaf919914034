using StocksDapr.Market;

namespace StocksDapr.Collector.Collection;

/// <summary>Bars of one symbol that are to be fetched in one request: from the first to the last of <paramref name="Starts"/>.</summary>
/// <param name="Symbol">The symbol.</param>
/// <param name="Starts">Which bars, ascending.</param>
/// <param name="Sources">Who may be asked, the first one first; at least one.</param>
internal sealed record DueRange(string Symbol, IReadOnlyList<DateTimeOffset> Starts, IReadOnlyList<Source> Sources)
{
    /// <summary>Longer than any stretch without sessions.</summary>
    private static readonly TimeSpan FarApart = TimeSpan.FromDays(10);

    public DateTimeOffset From => Starts[0];

    public DateTimeOffset To => Starts[^1];

    /// <summary>Tells ranges apart that do not share a request.</summary>
    public (DateTimeOffset From, DateTimeOffset To, string Sources) Key { get; } = (Starts[0], Starts[^1], string.Join(',', Sources.Select(source => source.Name)));

    /// <summary>
    /// Cuts the due bars of a symbol into ranges worth a request each: bars far apart do not share one, and none spans more bars than the
    /// first of the sources gives in one answer.
    /// </summary>
    public static IEnumerable<DueRange> Cut(
        string symbol, IReadOnlyList<DateTimeOffset> starts, IReadOnlyList<Source> sources, Interval interval, ExchangeCalendar calendar)
    {
        var from = 0;
        for (var i = 1; i <= starts.Count; i++)
        {
            if (i < starts.Count && starts[i] - starts[i - 1] <= FarApart)
                continue;

            foreach (var range in Halve(symbol, [.. starts.Take(from..i)], sources, interval, calendar))
                yield return range;
            from = i;
        }
    }

    private static IEnumerable<DueRange> Halve(
        string symbol, DateTimeOffset[] starts, IReadOnlyList<Source> sources, Interval interval, ExchangeCalendar calendar)
    {
        if (starts.Length == 1 || calendar.CountBars(interval, starts[0], starts[^1]) <= sources[0].MaxBars)
            return [new DueRange(symbol, starts, sources)];

        var half = starts.Length / 2;
        return Halve(symbol, starts[..half], sources, interval, calendar).Concat(Halve(symbol, starts[half..], sources, interval, calendar));
    }
}
