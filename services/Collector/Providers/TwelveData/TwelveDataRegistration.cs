using StocksDapr.Collector.Providers.Keys;
using StocksDapr.Collector.Providers.Vendors;

namespace StocksDapr.Collector.Providers.TwelveData;

internal static class TwelveDataRegistration
{
    /// <summary>Twelve Data, configured by <c>Collector:Providers:twelvedata</c>, with the keys of the secret <c>TWELVEDATA_API_KEY</c>.</summary>
    public static void AddTwelveData(this WebApplicationBuilder builder) =>
        builder.AddVendor<TwelveDataOptions, TwelveDataProvider>(
            new VendorTerms(TwelveDataProvider.ProviderName, "TWELVEDATA_API_KEY", TwelveDataOptions.FreePlan),
            (options, keys, time, metrics) => new TwelveDataProvider(options, keys, time, metrics));
}
