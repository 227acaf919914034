using Microsoft.Extensions.Options;
using StocksDapr.Collector.Providers;
using StocksDapr.Collector.Tracking;
using StocksDapr.Market;

namespace StocksDapr.Collector.Collection;

internal static class MarketRegistration
{
    /// <summary>The real market: what is tracked, from every vendor that is registered as <see cref="IMarketDataProvider"/>.</summary>
    public static WebApplicationBuilder AddUsStocks(this WebApplicationBuilder builder)
    {
        var section = builder.Configuration.GetSection(MarketOptions.Section);
        builder.Services.AddOptions<MarketOptions>()
            .Bind(section)
            .Validate(
                options => options.All().All(Markets.UsStocksProviders.Contains),
                $"{MarketOptions.Section}:Providers, and the orders in {MarketOptions.Section}:Intervals, are some of {string.Join(',', Markets.UsStocksProviders)}, separated by commas.")
            .Validate(
                options => options.Intervals.Keys.All(code => Interval.TryParse(code, out var interval) && Markets.Intervals.Contains(interval)),
                $"{MarketOptions.Section}:Intervals has orders by interval: {string.Join(", ", Markets.Intervals)}.")
            .Validate(options => options.DailyYears is >= 1 and <= 30, $"{MarketOptions.Section}:DailyYears is 1 to 30, such as 5.")
            .Validate(options => options.IntradayDays is >= 1 and <= 1_000, $"{MarketOptions.Section}:IntradayDays is 1 to 1000, such as 60.")
            .Validate(options => options.ReferenceDataEvery > TimeSpan.Zero, $"{MarketOptions.Section}:ReferenceDataEvery is a time that passes, such as 1.00:00:00.")
            .ValidateOnStart();
        if (section.GetValue(nameof(MarketOptions.Enabled), true))
            builder.Services.AddSingleton(Plan);
        return builder;
    }

    private static CollectionPlan Plan(IServiceProvider services)
    {
        var options = services.GetRequiredService<IOptions<MarketOptions>>().Value;
        var registered = services.GetServices<IMarketDataProvider>().ToList();
        return new CollectionPlan(
            Markets.UsStocks,
            new TrackedRoster(services.GetRequiredService<ITrackedSymbols>(), services.GetRequiredService<TimeProvider>()),
            [.. options.All().Select(name => registered.FirstOrDefault(provider => provider.Name == name)).OfType<IMarketDataProvider>()],
            [
                new SeriesPlan(Interval.OneDay, Years: options.DailyYears),
                .. Markets.Intervals.Where(interval => interval.IsIntraday).Reverse().Select(interval => new SeriesPlan(interval, Sessions: options.IntradayDays)),
            ])
        {
            Order = options.OrderOf,
            ReferenceDataEvery = options.ReferenceDataEvery,
        };
    }
}
