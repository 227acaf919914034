using StocksDapr.Market;

namespace StocksDapr.Query.Bars;

/// <summary>What is known about one symbol's bars of one interval at a moment. A known symbol may have no bars of an interval.</summary>
/// <param name="SymbolId">The symbol in the database.</param>
/// <param name="First">Start of the earliest bar, seconds since 1970 UTC; after <paramref name="Last"/> if there is no bar.</param>
/// <param name="Last">Start of the latest bar.</param>
internal sealed record Series(string Symbol, Interval Interval, int SymbolId, long First, long Last)
{
    public const long None = long.MaxValue;

    public bool IsEmpty => First > Last;
}
