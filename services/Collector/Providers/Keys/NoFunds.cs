namespace StocksDapr.Collector.Providers.Keys;

/// <summary>Where no vendor has keys.</summary>
internal sealed class NoFunds : IProviderFunds
{
    public ValueTask<int> LargestRequestAsync(string provider, CancellationToken cancellationToken) => ValueTask.FromResult(0);
}
