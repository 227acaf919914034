using Microsoft.Extensions.Options;
using StocksDapr.Collector.Collection;
using StocksDapr.Collector.Providers;
using StocksDapr.Collector.Providers.Simulated;
using StocksDapr.Collector.Tracking;

namespace StocksDapr.Collector.OptionChains;

internal static class OptionRegistration
{
    /// <summary>Option chains: of the simulated market, and of what is tracked with its options.</summary>
    public static WebApplicationBuilder AddOptionChains(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<OptionOptions>()
            .Bind(builder.Configuration.GetSection(OptionOptions.Section))
            .Validate(options => options.Every >= TimeSpan.FromMinutes(1), $"{OptionOptions.Section}:Every is a minute at least, such as 00:30:00.")
            .Validate(
                options => options.AfterClose >= TimeSpan.Zero && options.AfterClose < TimeSpan.FromHours(12),
                $"{OptionOptions.Section}:AfterClose is less than 12 hours, such as 00:15:00.")
            .Validate(options => options.Days is >= 1 and <= 1_200, $"{OptionOptions.Section}:Days is 1 to 1200, such as 90.")
            .Validate(
                options => options.Order().All(Markets.UsStocksProviders.Contains),
                $"{OptionOptions.Section}:Providers are some of {string.Join(',', Markets.UsStocksProviders)}, separated by commas; yahoo and alphavantage have chains.")
            .Validate(
                options => options.SimulatedSymbols is >= 0 && options.SimulatedSymbols <= Companies.All.Count,
                $"{OptionOptions.Section}:SimulatedSymbols is 0 to {Companies.All.Count}, such as 8.")
            .ValidateOnStart();
        services.AddSingleton(Simulated);
        services.AddSingleton(Tracked);
        services.AddSingleton<OptionSchedule>();
        services.AddHostedService(provider => provider.GetRequiredService<OptionSchedule>());
        return builder;
    }

    private static OptionMarket Simulated(IServiceProvider services)
    {
        var count = services.GetRequiredService<IOptions<OptionOptions>>().Value.SimulatedSymbols;
        var market = services.GetService<SimulatedMarket>();
        IReadOnlyList<string> symbols = market is null ? [] : [.. market.Companies.OrderByDescending(company => company.DollarVolume).Take(count).Select(company => company.Symbol)];
        return new OptionMarket(
            Markets.Simulated, services.GetService<SimulatedProvider>() is { } provider && count > 0 ? [provider] : [], _ => Task.FromResult(symbols));
    }

    private static OptionMarket Tracked(IServiceProvider services)
    {
        var having = services.GetServices<IOptionChainProvider>().Concat(services.GetServices<IMarketDataProvider>().OfType<IOptionChainProvider>()).ToList();
        var tracked = services.GetRequiredService<ITrackedSymbols>();
        var order = services.GetRequiredService<IOptions<OptionOptions>>().Value.Order();
        return new OptionMarket(
            Markets.UsStocks,
            [.. order.Select(name => having.FirstOrDefault(provider => provider.Name == name)).OfType<IOptionChainProvider>()],
            async cancellation => [.. (await tracked.GetAsync(cancellation)).Where(symbol => symbol.Options).Select(symbol => symbol.Symbol)]);
    }
}
