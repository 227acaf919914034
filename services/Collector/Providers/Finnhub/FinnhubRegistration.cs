using Microsoft.Extensions.Options;
using StocksDapr.Collector.Live;
using StocksDapr.Collector.Providers.Keys;
using StocksDapr.Collector.Providers.Vendors;

namespace StocksDapr.Collector.Providers.Finnhub;

internal static class FinnhubRegistration
{
    /// <summary>The free plan by the provider's pricing page: 60 requests a minute; by its documentation no plan may make more than 30 in a second.</summary>
    private static readonly KeyLimits FreePlan = new(CreditsPerMinute: 60) { RequestsPerSecond = 30 };

    /// <summary>Finnhub, configured by <c>Collector:Providers:finnhub</c>, with the keys of the secret <c>FINNHUB_API_KEY</c>.</summary>
    public static void AddFinnhub(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<IValidateOptions<FinnhubOptions>, FinnhubOptionsValidator>();
        builder.AddVendor<FinnhubOptions, FinnhubProvider>(
            new VendorTerms(FinnhubProvider.ProviderName, "FINNHUB_API_KEY", FreePlan),
            (options, keys, time, metrics) => new FinnhubProvider(options, keys, time, metrics));
        builder.Services.AddSingleton(services => new FinnhubTradeStream(
            services.GetRequiredService<IOptions<FinnhubOptions>>().Value,
            services.GetRequiredService<ProviderKeyrings>().For(FinnhubProvider.ProviderName),
            services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<ILogger<FinnhubTradeStream>>()));
        builder.AddTrades<FinnhubTradeStream>();
    }
}
