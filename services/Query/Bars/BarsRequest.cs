using StocksDapr.Market;

namespace StocksDapr.Query.Bars;

/// <summary>A question to <c>/bars</c> that has been checked.</summary>
/// <param name="Symbols">Well-formed, each once, in the order asked.</param>
/// <param name="BadSymbols">What was asked for and is no symbol.</param>
/// <param name="From">Start of the earliest bar wanted, seconds since 1970 UTC, inclusive as <paramref name="To"/>.</param>
/// <param name="Limit">Bars in this answer at most.</param>
/// <param name="AsOf">Answer what was known at this instant; null for now.</param>
/// <param name="ToText">As it was asked, for the link to the next page; null if it was not.</param>
internal sealed record BarsRequest(
    Interval Interval,
    string[] Symbols,
    IReadOnlyList<string> BadSymbols,
    long From,
    long To,
    int Limit,
    DateTimeOffset? AsOf,
    string? FromText,
    string? ToText,
    string? AsOfText)
{
    public const int DefaultLimit = 1_000;
    public const int MaxLimit = 10_000;
    public const int MaxSymbols = 500;

    /// <summary>True for <c>/bars/{symbol}</c>: an unknown symbol is then the answer's status.</summary>
    public bool IsSingle { get; init; }

    /// <summary>Where an earlier answer stopped.</summary>
    public BarsPosition Position { get; init; }

    /// <summary>The same for two questions that differ in limit and cursor only.</summary>
    public ulong Fingerprint { get; } = FingerprintOf(Interval, Symbols, From, To, AsOf);

    private static ulong FingerprintOf(Interval interval, string[] symbols, long from, long to, DateTimeOffset? asOf)
    {
        var hash = Hashing.Add(Hashing.Seed, (ulong)interval.Id);
        foreach (var symbol in symbols)
            hash = Hashing.Add(hash, symbol);
        hash = Hashing.Add(hash, (ulong)from);
        hash = Hashing.Add(hash, (ulong)to);
        return Hashing.Add(hash, (ulong)(asOf?.UtcTicks ?? 0));
    }
}
