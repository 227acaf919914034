using Microsoft.Extensions.Options;
using StocksDapr.Collector.Providers.Vendors;

namespace StocksDapr.Collector.Providers.Keys;

/// <summary>The keyrings of all providers.</summary>
internal sealed class ProviderKeyrings(IEnumerable<VendorTerms> terms, IOptionsMonitor<VendorOptions> options, IProviderState state, TimeProvider time, ILogger<ProviderKeyring> logger)
    : IDisposable
{
    private readonly Dictionary<string, ProviderKeyring> _keyrings = terms.ToDictionary(
        terms => terms.Provider, terms => new ProviderKeyring(KeyringTerms.Of(terms, options.Get(terms.Provider)), state, time, logger), StringComparer.Ordinal);

    public IReadOnlyCollection<ProviderKeyring> All => _keyrings.Values;

    /// <exception cref="InvalidOperationException">The provider is not registered.</exception>
    public ProviderKeyring For(string provider) => _keyrings.GetValueOrDefault(provider)
        ?? throw new InvalidOperationException($"Provider '{provider}' has no keyring: its registration lacks {nameof(KeyRegistration.AddProviderKeys)}.");

    public void Dispose()
    {
        foreach (var keyring in _keyrings.Values)
            keyring.Dispose();
    }
}
