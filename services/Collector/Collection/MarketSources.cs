using StocksDapr.Collector.Providers.Keys;
using StocksDapr.Market;

namespace StocksDapr.Collector.Collection;

/// <summary>Who can be asked for the intervals of a market: those that have it, and a key.</summary>
internal sealed class MarketSources(CollectionPlan plan, IProviderFunds funds, TimeProvider time)
{
    /// <summary>The sources of an interval, the first one to ask first; none when nobody can be asked.</summary>
    public async ValueTask<IReadOnlyList<Source>> GetAsync(Interval interval, CancellationToken cancellationToken)
    {
        var sources = new List<Source>();
        foreach (var provider in plan.ProvidersOf(interval))
        {
            var largest = await funds.LargestRequestAsync(provider.Name, cancellationToken);
            if (largest <= 0)
                continue;
            var reach = provider.Capabilities.Intervals[interval];
            sources.Add(new Source(provider, interval, reach is { } back ? time.GetUtcNow() - back : null, largest));
        }

        return sources;
    }

    /// <summary>The source of an interval that has a name; null when it cannot be asked.</summary>
    public async ValueTask<Source?> FindAsync(string provider, Interval interval, CancellationToken cancellationToken) =>
        (await GetAsync(interval, cancellationToken)).FirstOrDefault(source => source.Name == provider);
}
