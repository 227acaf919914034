using StocksDapr.Collector.Collection;
using StocksDapr.Collector.Providers;

namespace StocksDapr.Collector.Live;

/// <summary>What a stream is to carry: the instruments of the markets whose bars come from the same provider, the most important ones first.</summary>
internal sealed class LiveSymbols(IEnumerable<CollectionPlan> plans)
{
    private readonly IReadOnlyList<CollectionPlan> _plans = [.. plans];

    /// <summary>None when there is nothing to stream; null when a market does not say what it has.</summary>
    public async Task<IReadOnlyList<string>?> GetAsync(ITradeStream stream, CancellationToken cancellationToken)
    {
        var symbols = new List<string>();
        foreach (var plan in _plans.Where(plan => plan.Providers.Any(provider => provider.Name == stream.Name)))
        {
            if (await plan.Roster.GetAsync(cancellationToken) is not { IsSuccess: true } roster)
                return null;
            symbols.AddRange(roster.Value.Select(listed => listed.Instrument.Symbol));
        }

        return [.. symbols.Distinct(StringComparer.Ordinal).Take(stream.MaxStreamedSymbols)];
    }
}
