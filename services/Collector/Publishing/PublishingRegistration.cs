using Dapr.Client;
using StocksDapr.Contracts;

namespace StocksDapr.Collector.Publishing;

internal static class PublishingRegistration
{
    public static WebApplicationBuilder AddPublishing(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<CollectorMetrics>();
        builder.Services.AddSingleton(services => new ConsumerWatch(
            new[] { AppIds.Processor, AppIds.Writer }.ToDictionary(app => app, app => services.GetRequiredService<DaprClient>().CreateInvokableHttpClient(app)),
            services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<ILogger<ConsumerWatch>>()));
        builder.Services.AddHostedService(services => services.GetRequiredService<ConsumerWatch>());
        builder.Services.AddSingleton<IMessagePublisher, SidecarPublisher>();
        builder.Services.AddSingleton<BarPublisher>();
        return builder;
    }
}
