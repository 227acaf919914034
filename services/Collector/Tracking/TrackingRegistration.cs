using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using StocksDapr.Collector.Collection;
using StocksDapr.Collector.Providers.Keys;

namespace StocksDapr.Collector.Tracking;

internal static class TrackingRegistration
{
    /// <summary>What is tracked of the real market.</summary>
    public static WebApplicationBuilder AddTracking(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<TrackingOptions>()
            .Bind(builder.Configuration.GetSection(TrackingOptions.Section))
            .Validate(
                options => options.ReadIntervals() is { } intervals && intervals.All(Markets.Intervals.Contains),
                $"{TrackingOptions.Section}:Intervals are some of {string.Join(',', Markets.Intervals)}, separated by commas, such as 1d.")
            .Validate(options => options.MaxSymbols is >= 1 and <= 10_000, $"{TrackingOptions.Section}:MaxSymbols is 1 to 10000, such as 2000.")
            .ValidateOnStart();
        services.TryAddSingleton<ProviderKeyrings>();
        services.AddSingleton<IProviderFunds, ProviderFunds>();
        services.AddSingleton<TrackingStore>();
        services.AddSingleton<ITrackedSymbols>(provider => new TrackedSymbols(
            provider.GetRequiredService<TrackingStore>(), provider.GetRequiredService<IOptions<MarketOptions>>().Value.All(), provider.GetRequiredService<IProviderFunds>(),
            provider.GetRequiredService<IOptions<TrackingOptions>>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<TrackingControl>();
        return builder;
    }
}
