using StocksDapr.Collector.Providers.Health;
using StocksDapr.Collector.Providers.Vendors;

namespace StocksDapr.Collector.Providers.Keys;

/// <summary>What holds for the keys of a provider, by its terms and its section.</summary>
/// <param name="Provider">The provider's name.</param>
/// <param name="KeySecret">The secret that holds the keys; null when none is wanted.</param>
/// <param name="Limits">What one key may spend.</param>
/// <param name="Timeout">How long a request may take.</param>
/// <param name="Enabled">Whether the provider is used.</param>
internal sealed record KeyringTerms(string Provider, string? KeySecret, KeyLimits Limits, TimeSpan Timeout, bool Enabled)
{
    /// <summary>How long the provider is left alone when it fails.</summary>
    public CircuitPauses Pauses { get; init; } = CircuitPauses.Default;

    public static KeyringTerms Of(VendorTerms terms, VendorOptions options) => new(
        terms.Provider,
        terms.KeySecret is null ? null : options.KeySecret ?? terms.KeySecret,
        terms.FreePlan with
        {
            CreditsPerMinute = Limit(options.CreditsPerMinute, terms.FreePlan.CreditsPerMinute),
            CreditsPerDay = Limit(options.CreditsPerDay, terms.FreePlan.CreditsPerDay),
        },
        options.Timeout,
        options.Enabled)
    {
        Pauses = new CircuitPauses(options.PauseAfterFailures, options.LongestPause),
    };

    private static int? Limit(int? configured, int? freePlan) => configured is { } limit ? limit == 0 ? null : limit : freePlan;
}
