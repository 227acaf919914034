using StocksDapr.Collector.Providers.AlphaVantage;
using StocksDapr.Collector.Providers.Finnhub;
using StocksDapr.Collector.Providers.Fmp;
using StocksDapr.Collector.Providers.Simulated;
using StocksDapr.Collector.Providers.TwelveData;
using StocksDapr.Collector.Providers.Yahoo;

namespace StocksDapr.Collector.Providers;

internal static class ProviderRegistration
{
    /// <summary>
    /// The providers: the simulated one with its market, and the vendors, each of which is asked for bars once it has a key. A vendor is added by its own registration,
    /// then <see cref="AddBars{T}"/> puts it among those that are asked for bars.
    /// </summary>
    public static WebApplicationBuilder AddProviders(this WebApplicationBuilder builder)
    {
        builder.AddSimulatedProvider();
        builder.AddTwelveData();
        builder.AddBars<TwelveDataProvider>();
        builder.AddFmp();
        builder.AddBars<FmpProvider>();
        builder.AddAlphaVantage();
        builder.AddBars<AlphaVantageProvider>();
        builder.AddFinnhub();
        builder.AddBars<FinnhubProvider>();
        if (builder.AddYahoo())
            builder.AddBars<YahooProvider>();
        return builder;
    }

    public static void AddBars<T>(this WebApplicationBuilder builder)
        where T : class, IMarketDataProvider =>
        builder.Services.AddSingleton<IMarketDataProvider>(services => services.GetRequiredService<T>());
}
