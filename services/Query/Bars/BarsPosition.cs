namespace StocksDapr.Query.Bars;

/// <summary>A place in an answer of several pages: a symbol and the earliest start still wanted of it.</summary>
/// <param name="Symbol">Index into the symbols asked for.</param>
/// <param name="Start">Seconds since 1970 UTC.</param>
internal readonly record struct BarsPosition(int Symbol, long Start)
{
    public static readonly BarsPosition Beginning = new(0, long.MinValue);
}
