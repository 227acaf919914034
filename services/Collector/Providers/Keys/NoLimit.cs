namespace StocksDapr.Collector.Providers.Keys;

/// <summary>For providers that want no key and set no limit.</summary>
internal sealed class NoLimit : IProviderFunds
{
    public static readonly NoLimit Instance = new();

    private NoLimit()
    {
    }

    public ValueTask<int> LargestRequestAsync(string provider, CancellationToken cancellationToken) => ValueTask.FromResult(int.MaxValue);
}
