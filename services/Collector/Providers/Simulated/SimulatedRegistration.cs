using Microsoft.Extensions.Options;
using StocksDapr.Collector.Collection;
using StocksDapr.Collector.Live;
using StocksDapr.Collector.Providers.Keys;
using StocksDapr.Market;

namespace StocksDapr.Collector.Providers.Simulated;

internal static class SimulatedRegistration
{
    public static void AddSimulatedProvider(this WebApplicationBuilder builder)
    {
        var section = builder.Configuration.GetSection(SimulatedOptions.Section);
        builder.Services.AddSingleton<IValidateOptions<SimulatedOptions>, SimulatedOptionsValidator>();
        builder.Services.AddOptions<SimulatedOptions>().Bind(section).ValidateOnStart();
        builder.Services.AddSingleton(services => services.GetRequiredService<IOptions<SimulatedOptions>>().Value);
        if (!section.GetValue(nameof(SimulatedOptions.Enabled), true))
            return;

        builder.Services.AddSingleton(services =>
        {
            var options = services.GetRequiredService<SimulatedOptions>();
            return new SimulatedMarket(options.Seed, options.Symbols);
        });
        builder.Services.AddSingleton(services => new SimulatedClock(
            services.GetRequiredService<TimeProvider>(), ExchangeCalendar.UsEquities, services.GetRequiredService<SimulatedOptions>().StreamWhenClosed));
        builder.Services.AddSingleton(services => new SimulatedTrades(
            services.GetRequiredService<SimulatedMarket>(), services.GetRequiredService<SimulatedClock>(), ExchangeCalendar.UsEquities));
        builder.AddTrades<SimulatedTrades>(services => services.GetRequiredService<SimulatedClock>());
        builder.AddProviderKeys(new VendorTerms(SimulatedProvider.ProviderName, KeySecret: null, KeyLimits.None));
        builder.Services.AddSingleton(services => new SimulatedProvider(
            services.GetRequiredService<SimulatedMarket>(),
            services.GetRequiredService<SimulatedOptions>(),
            services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<CollectorMetrics>(),
            services.GetRequiredService<ProviderKeyrings>().For(SimulatedProvider.ProviderName)));
        builder.Services.AddSingleton(services =>
        {
            var options = services.GetRequiredService<SimulatedOptions>();
            return CollectionPlan.Of(
                services.GetRequiredService<SimulatedProvider>(),
                [
                    new SeriesPlan(Interval.OneDay, Years: options.DailyYears),
                    new SeriesPlan(Interval.FifteenMinutes, Sessions: options.IntradayDays),
                ]);
        });
    }
}
