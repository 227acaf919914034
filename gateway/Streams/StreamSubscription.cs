namespace StocksDapr.Gateway.Streams;

/// <summary>What a reader wants to be told of.</summary>
internal sealed class StreamSubscription(IReadOnlyList<string>? symbols, IReadOnlyList<string> intervals)
{
    private readonly HashSet<string>? _symbols = symbols is null ? null : new HashSet<string>(symbols, StringComparer.Ordinal);

    /// <summary>Null for all.</summary>
    public IReadOnlyList<string>? Symbols => symbols;

    /// <summary>Codes, such as <c>1min</c>; few.</summary>
    public IReadOnlyList<string> Intervals => intervals;

    public bool Covers(in BarKey key)
    {
        foreach (var interval in intervals)
        {
            if (interval == key.Interval)
                return _symbols is null || _symbols.Contains(key.Symbol);
        }

        return false;
    }
}
