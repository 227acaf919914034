using System.Collections.Concurrent;

namespace StocksDapr.Query.Bars.Caching;

/// <summary>What the cache holds of one series. Read without a lock; changed under the lock of its <see cref="Stripe"/>.</summary>
internal sealed class SeriesEntry(Stripe stripe)
{
    private volatile Series? _series;

    public Stripe Stripe { get; } = stripe;

    /// <summary>Null after a change, until it is read again.</summary>
    public Series? Series
    {
        get => _series;
        set => _series = value;
    }

    public ConcurrentDictionary<int, CachedBlock> Blocks { get; } = new(concurrencyLevel: 1, capacity: 7);

    /// <summary>The loads under way, by period; guarded by the stripe's lock.</summary>
    public Dictionary<int, BlockLoad> Loads { get; } = [];
}
