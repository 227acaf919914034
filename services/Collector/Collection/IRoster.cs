using StocksDapr.Collector.Providers;

namespace StocksDapr.Collector.Collection;

/// <summary>Says which instruments a market has.</summary>
internal interface IRoster
{
    /// <summary>The source of what is said, as messages carry it.</summary>
    string Source { get; }

    /// <summary>Costs next to nothing to ask and may change at any moment, so that it is asked each time.</summary>
    bool IsLive { get; }

    /// <summary>The instruments, the most important ones first; an error when they cannot be had.</summary>
    Task<ProviderAnswer<IReadOnlyList<ListedInstrument>>> GetAsync(CancellationToken cancellationToken);
}

/// <summary>A provider that lists what it has.</summary>
internal sealed class ProviderRoster(IMarketDataProvider provider) : IRoster
{
    public string Source => provider.Name;

    public bool IsLive => false;

    public Task<ProviderAnswer<IReadOnlyList<ListedInstrument>>> GetAsync(CancellationToken cancellationToken) => provider.GetInstrumentsAsync(cancellationToken);
}
