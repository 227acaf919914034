using Microsoft.Extensions.Options;
using StocksDapr.Collector.Collection;
using StocksDapr.Collector.CrossChecks;
using StocksDapr.Collector.EndOfDay;
using StocksDapr.Collector.OptionChains;
using StocksDapr.Collector.Providers.Keys;
using StocksDapr.Collector.Publishing;
using StocksDapr.Collector.Runs;
using StocksDapr.Contracts;
using StocksDapr.Market;

namespace StocksDapr.Collector.Schedules;

internal static class ScheduleRegistration
{
    /// <summary>Runs of what is due, for every <see cref="CollectionPlan"/> that is registered.</summary>
    public static WebApplicationBuilder AddSchedules(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<CollectionOptions>()
            .Bind(builder.Configuration.GetSection(CollectionOptions.Section))
            .Validate(options => options.AskAgainAfter > TimeSpan.Zero, Time("AskAgainAfter", "00:01:00"))
            .Validate(options => options.AbsentAskAgainAfter > TimeSpan.Zero, Time("AbsentAskAgainAfter", "00:01:00"))
            .Validate(options => options.RetryAfter > TimeSpan.Zero, Time("RetryAfter", "00:00:05"))
            .Validate(options => options.LongestHold > TimeSpan.Zero, Time("LongestHold", "00:15:00"))
            .Validate(options => options.HealEvery > TimeSpan.Zero, Time("HealEvery", "00:05:00"))
            .Validate(options => options.ReferenceDataEvery > TimeSpan.Zero, Time("ReferenceDataEvery", "06:00:00"))
            .Validate(options => options.Attempts is >= 1 and <= 100, $"{CollectionOptions.Section}:Attempts is 1 to 100, such as 5.")
            .ValidateOnStart();
        services.AddOptions<EndOfDayOptions>()
            .Bind(builder.Configuration.GetSection(EndOfDayOptions.Section))
            .Validate(options => options.After >= TimeSpan.Zero && options.After < TimeSpan.FromHours(17), $"{EndOfDayOptions.Section}:After is less than 17 hours, such as 00:30:00.")
            .Validate(options => options.HealAttempts is >= 0 and <= 20, $"{EndOfDayOptions.Section}:HealAttempts is 0 to 20, such as 3.")
            .Validate(options => options.HealAfter > TimeSpan.Zero, $"{EndOfDayOptions.Section}:HealAfter is a time that passes, such as 00:01:00.")
            .ValidateOnStart();
        services.AddOptions<CrossCheckOptions>()
            .Bind(builder.Configuration.GetSection(CrossCheckOptions.Section))
            .Validate(options => options.Share is > 0 and <= 1, $"{CrossCheckOptions.Section}:Share is above 0 and at most 1, such as 0.01.")
            .Validate(options => options.PriceTolerance is >= 0 and < 1, $"{CrossCheckOptions.Section}:PriceTolerance is 0 or more and below 1, such as 0.005.")
            .Validate(options => options.VolumeTolerance is >= 0 and <= 1, $"{CrossCheckOptions.Section}:VolumeTolerance is 0 to 1, such as 0.5.")
            .ValidateOnStart();
        services.AddSingleton(ExchangeCalendar.UsEquities);
        services.AddSingleton<IStoredBars>(provider => new QueryStoredBars(RunRegistration.Query(provider)));
        services.AddSingleton<IEnumerable<DueBars>>(provider => [.. provider.GetServices<CollectionPlan>().Select(plan => Schedule(provider, plan))]);
        services.AddSingleton<ReferenceBook>();
        services.AddSingleton<ScheduleWorker>();
        services.AddHostedService(provider => provider.GetRequiredService<ScheduleWorker>());
        return builder;
    }

    /// <summary>
    /// Where the cron binding knocks, in every replica: it answers at once, since a tick that waited for long would be taken for a failed one.
    /// </summary>
    public static void MapSchedules(this WebApplication app) =>
        app.MapPost("/" + Components.CollectSchedule, (ScheduleWorker worker, OptionSchedule options) =>
        {
            worker.Request();
            options.Request();
            return TypedResults.Ok();
        }).ExcludeFromDescription();

    private static DueBars Schedule(IServiceProvider provider, CollectionPlan plan)
    {
        var time = provider.GetRequiredService<TimeProvider>();
        var options = provider.GetRequiredService<IOptions<CollectionOptions>>().Value;
        var calendar = provider.GetRequiredService<ExchangeCalendar>();
        return new DueBars(
            plan,
            new Listing(plan, calendar, provider.GetRequiredService<BarPublisher>(), time, options, provider.GetRequiredService<ILogger<Listing>>()),
            new MarketSources(plan, plan.Market == Markets.Simulated ? NoLimit.Instance : provider.GetRequiredService<IProviderFunds>(), time),
            provider.GetRequiredService<IStoredBars>(), calendar, time, options, provider.GetRequiredService<CollectorMetrics>());
    }

    private static string Time(string key, string example) => $"{CollectionOptions.Section}:{key} is a time that passes, such as {example}.";
}
