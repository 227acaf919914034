namespace StocksDapr.Collector.Providers.Keys;

/// <summary>For a vendor that wants no key and sets no limit: the simulated one.</summary>
internal sealed class NoKeys : IProviderKeys
{
    public static readonly NoKeys Instance = new();

    private NoKeys()
    {
    }

    public Task<KeyGrant> AcquireAsync(RequestCost cost, CancellationToken cancellationToken) => Task.FromResult(new KeyGrant(0, Secret: null) { Cost = cost });

    public Task ReportAsync(KeyGrant grant, KeyReport report, CancellationToken cancellationToken) => Task.CompletedTask;
}
