namespace StocksDapr.Collector.Providers.Health;

/// <summary>How streams of trades do, whichever replica holds them.</summary>
internal interface IStreamStates
{
    /// <summary>Null for a provider that streams nothing.</summary>
    Task<StreamView?> GetAsync(string provider, CancellationToken cancellationToken);
}
