using Dapr.Client;
using Microsoft.Extensions.Options;
using StocksDapr.Collector.Providers;
using StocksDapr.Collector.Providers.Health;
using StocksDapr.Contracts;

namespace StocksDapr.Collector.Live;

internal static class LiveRegistration
{
    /// <summary>Live bars of every stream that is registered (<see cref="AddTrades{T}"/>).</summary>
    public static WebApplicationBuilder AddLive(this WebApplicationBuilder builder)
    {
        var section = builder.Configuration.GetSection(LiveOptions.Section);
        builder.Services.AddOptions<LiveOptions>()
            .Bind(section)
            .Validate(
                options => options.ReadIntervals() is { Count: > 0 }, $"{LiveOptions.Section}:Intervals are intervals of a day at most, separated by commas, such as 1min,15min,1d.")
            .Validate(
                options => options.Every >= TimeSpan.FromMilliseconds(50) && options.Every <= TimeSpan.FromMinutes(1), $"{LiveOptions.Section}:Every is 50 ms to 1 min, such as 00:00:00.5.")
            .Validate(
                options => options.Lateness >= TimeSpan.Zero && options.Lateness <= TimeSpan.FromMinutes(10), $"{LiveOptions.Section}:Lateness is 0 to 10 min, such as 00:00:10.")
            .Validate(
                options => options.LeaseFor >= TimeSpan.FromSeconds(2) && options.LeaseFor <= TimeSpan.FromMinutes(10), $"{LiveOptions.Section}:LeaseFor is 2 s to 10 min, such as 00:00:15.")
            .ValidateOnStart();
        if (!section.GetValue(nameof(LiveOptions.Enabled), true))
            return builder;

        builder.Services.AddSingleton(services => services.GetRequiredService<IOptions<LiveOptions>>().Value);
        builder.Services.AddSingleton<LiveMetrics>();
        builder.Services.AddSingleton<LiveSymbols>();
        builder.Services.AddSingleton<IFormingBars>(services => new QueryFormingBars(
            services.GetRequiredService<DaprClient>().CreateInvokableHttpClient(AppIds.Query), services.GetRequiredService<ILogger<QueryFormingBars>>()));
        builder.Services.AddSingleton<IStreamStates, LiveStates>();
        builder.Services.AddHostedService<LiveWorker>();
        return builder;
    }

    /// <summary>Adds a stream of trades, whose trades go by the clock of this machine unless another one is given.</summary>
    public static void AddTrades<T>(this WebApplicationBuilder builder, Func<IServiceProvider, TimeProvider>? clock = null)
        where T : class, ITradeStream =>
        builder.Services.AddSingleton(services => new LiveSource(
            services.GetRequiredService<T>(), clock?.Invoke(services) ?? services.GetRequiredService<TimeProvider>()));
}
