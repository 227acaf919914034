using StocksDapr.Collector.Providers.Vendors;

namespace StocksDapr.Collector.Providers.TwelveData;

internal static class TwelveDataRegistration
{
    /// <summary>Twelve Data, configured by <c>Collector:Providers:twelvedata</c>, with the keys of the secret <c>TWELVEDATA_API_KEY</c>.</summary>
    public static void AddTwelveData(this WebApplicationBuilder builder)
    {
        builder.AddVendorOptions<TwelveDataOptions>(TwelveDataProvider.ProviderName);
    }
}
