namespace StocksDapr.Collector.Providers.Keys;

/// <summary>Tells from the keyrings who can be asked. While nobody knows the keys of a provider, or it accepts none of them, it cannot.</summary>
internal sealed class ProviderFunds(ProviderKeyrings keyrings) : IProviderFunds
{
    public ValueTask<int> LargestRequestAsync(string provider, CancellationToken cancellationToken) => ValueTask.FromResult(
        keyrings.All.FirstOrDefault(keyring => keyring.Terms.Provider == provider) is { Terms.Enabled: true, HasAcceptedKey: true } keyring
            ? keyring.LargestRequest ?? int.MaxValue
            : 0);
}
