namespace StocksDapr.Collector.Publishing;

internal static class PublishingRegistration
{
    public static WebApplicationBuilder AddPublishing(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<CollectorMetrics>();
        builder.Services.AddSingleton<IMessagePublisher, SidecarPublisher>();
        builder.Services.AddSingleton<BarPublisher>();
        return builder;
    }
}
