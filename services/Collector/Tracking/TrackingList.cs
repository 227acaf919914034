using StocksDapr.Market;

namespace StocksDapr.Collector.Tracking;

/// <summary>What is tracked, as the state store keeps it: one value, so that a reader sees all of a change or nothing.</summary>
/// <param name="Symbols">In order of the symbols.</param>
/// <param name="Defaults">Symbols that have once been added by default: whoever stops tracking one of them is not asked again.</param>
internal sealed record TrackingList(IReadOnlyList<TrackedSymbol> Symbols, IReadOnlyList<string> Defaults)
{
    public static readonly TrackingList Empty = new([], []);

    public TrackedSymbol? Find(string symbol) => Symbols.FirstOrDefault(tracked => tracked.Symbol == symbol);

    /// <summary>The list with a symbol as it is to be; the list itself when it is so already.</summary>
    public TrackingList With(TrackedSymbol wanted)
    {
        if (Find(wanted.Symbol) is not { } known)
            return this with { Symbols = Sorted(Symbols.Append(wanted)) };
        if (known.Options == wanted.Options && known.Intervals.SequenceEqual(wanted.Intervals))
            return this;
        return this with { Symbols = [.. Symbols.Select(tracked => tracked == known ? wanted with { Since = known.Since, Unknown = known.Unknown } : tracked)] };
    }

    /// <summary>The list without a symbol; the list itself when it does not have it.</summary>
    public TrackingList Without(string symbol) => Find(symbol) is { } known ? this with { Symbols = [.. Symbols.Where(tracked => tracked != known)] } : this;

    /// <summary>The list with those stocks of the default list that it has never had; the list itself when there are none.</summary>
    public TrackingList WithDefaults(IReadOnlyList<Interval> intervals, bool options, DateTimeOffset now)
    {
        var added = UsStocks.BySymbol.Keys.Except(Defaults, StringComparer.Ordinal).ToList();
        if (added.Count == 0)
            return this;

        var tracked = Symbols.Select(symbol => symbol.Symbol).ToHashSet(StringComparer.Ordinal);
        return new TrackingList(
            Sorted([.. Symbols, .. added.Where(symbol => !tracked.Contains(symbol)).Select(symbol => new TrackedSymbol(symbol, TrackedSymbol.ByDefault, intervals, options, now))]),
            [.. Defaults, .. added]);
    }

    /// <summary>The list with what providers say of some symbols, null when one has them; the list itself when nothing is new.</summary>
    public TrackingList Marked(IReadOnlyCollection<string> symbols, UnknownSymbol? unknown) =>
        Symbols.Any(tracked => symbols.Contains(tracked.Symbol) && (tracked.Unknown is not null || unknown is not null))
            ? this with { Symbols = [.. Symbols.Select(tracked => symbols.Contains(tracked.Symbol) ? tracked with { Unknown = unknown } : tracked)] }
            : this;

    private static IReadOnlyList<TrackedSymbol> Sorted(IEnumerable<TrackedSymbol> symbols) => [.. symbols.OrderBy(tracked => tracked.Symbol, StringComparer.Ordinal)];
}
