using StocksDapr.Collector.Providers.Keys;
using StocksDapr.Collector.Providers.Vendors;

namespace StocksDapr.Collector.Providers.Fmp;

internal static class FmpRegistration
{
    /// <summary>Financial Modeling Prep, configured by <c>Collector:Providers:fmp</c>, with the keys of the secret <c>FMP_API_KEY</c>.</summary>
    public static void AddFmp(this WebApplicationBuilder builder) =>
        builder.AddVendor<FmpOptions, FmpProvider>(
            new VendorTerms(FmpProvider.ProviderName, "FMP_API_KEY", FmpOptions.FreePlan),
            (options, keys, time, metrics) => new FmpProvider(options, keys, time, metrics));
}
