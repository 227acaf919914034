using Dapr.Client;
using Microsoft.Extensions.Options;
using StocksDapr.Collector.Publishing;
using StocksDapr.Contracts;
using StocksDapr.Market;

namespace StocksDapr.Collector.Collection;

internal static class CollectionRegistration
{
    private static readonly TimeSpan QueryTimeout = TimeSpan.FromSeconds(20);

    /// <summary>Collection of what is due, for every <see cref="CollectionPlan"/> that is registered.</summary>
    public static WebApplicationBuilder AddCollection(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<CollectionOptions>()
            .Bind(builder.Configuration.GetSection(CollectionOptions.Section))
            .Validate(options => options.AskAgainAfter > TimeSpan.Zero, Required("AskAgainAfter", "00:01:00"))
            .Validate(options => options.AbsentAskAgainAfter > TimeSpan.Zero, Required("AbsentAskAgainAfter", "00:01:00"))
            .Validate(options => options.RecheckAfterClose >= TimeSpan.Zero, Required("RecheckAfterClose", "00:30:00"))
            .Validate(options => options.ReferenceDataEvery > TimeSpan.Zero, Required("ReferenceDataEvery", "06:00:00"))
            .ValidateOnStart();
        services.AddSingleton<IStoredBars>(provider =>
        {
            var query = provider.GetRequiredService<DaprClient>().CreateInvokableHttpClient(AppIds.Query);
            query.Timeout = QueryTimeout;
            return new QueryStoredBars(query);
        });
        services.AddSingleton(provider => new CollectionWorker(
            provider.GetServices<CollectionPlan>().Select(plan => new PlanCollection(
                plan,
                provider.GetRequiredService<IStoredBars>(),
                ExchangeCalendar.UsEquities,
                provider.GetRequiredService<BarPublisher>(),
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<IOptions<CollectionOptions>>().Value,
                provider.GetRequiredService<CollectorMetrics>(),
                provider.GetRequiredService<ILogger<PlanCollection>>())),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<CollectorMetrics>(),
            provider.GetRequiredService<ILogger<CollectionWorker>>()));
        services.AddHostedService(provider => provider.GetRequiredService<CollectionWorker>());
        return builder;
    }

    /// <summary>
    /// Where the cron binding knocks, in every replica: it answers at once, since a tick that waited for a long collection would be taken for
    /// a failed one.
    /// </summary>
    public static void MapCollection(this WebApplication app) =>
        app.MapPost("/" + Components.CollectSchedule, (CollectionWorker worker) =>
        {
            worker.Request();
            return TypedResults.Ok();
        }).ExcludeFromDescription();

    private static string Required(string key, string example) => $"{CollectionOptions.Section}:{key} is a time that passes, such as {example}.";
}
