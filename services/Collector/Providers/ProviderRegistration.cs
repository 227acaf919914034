using StocksDapr.Collector.Providers.Fmp;
using StocksDapr.Collector.Providers.Simulated;
using StocksDapr.Collector.Providers.TwelveData;

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
        return builder;
    }

    public static void AddBars<T>(this WebApplicationBuilder builder)
        where T : class, IMarketDataProvider =>
        builder.Services.AddSingleton<IMarketDataProvider>(services => services.GetRequiredService<T>());
}
