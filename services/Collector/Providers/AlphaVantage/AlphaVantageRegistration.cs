using StocksDapr.Collector.Providers.Keys;
using StocksDapr.Collector.Providers.Vendors;

namespace StocksDapr.Collector.Providers.AlphaVantage;

internal static class AlphaVantageRegistration
{
    /// <summary>The free plan by the provider's support page: 25 requests a day; by what it answers, one a second and five a minute.</summary>
    private static readonly KeyLimits FreePlan = new(CreditsPerMinute: 5, CreditsPerDay: 25) { RequestsPerSecond = 1 };

    /// <summary>Alpha Vantage, configured by <c>Collector:Providers:alphavantage</c>, with the keys of the secret <c>ALPHAVANTAGE_API_KEY</c>.</summary>
    public static void AddAlphaVantage(this WebApplicationBuilder builder)
    {
        builder.AddVendor<AlphaVantageOptions, AlphaVantageProvider>(
            new VendorTerms(AlphaVantageProvider.ProviderName, "ALPHAVANTAGE_API_KEY", FreePlan),
            (options, keys, time, metrics) => new AlphaVantageProvider(options, keys, time, metrics));
        builder.Services.AddSingleton<IOptionChainProvider>(services => services.GetRequiredService<AlphaVantageProvider>());
    }
}
