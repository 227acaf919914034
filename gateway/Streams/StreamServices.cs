namespace StocksDapr.Gateway.Streams;

internal static class StreamServices
{
    public static void AddStreams(this IServiceCollection services)
    {
        services.AddOptions<StreamOptions>().BindConfiguration("Stream").ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<StreamMetrics>();
        services.AddSingleton<StreamHub>();
        services.AddSingleton<StreamSlots>();
        services.AddSingleton<QueryStream>();
        services.AddSingleton<StreamFollower>();
        services.AddHostedService(provider => provider.GetRequiredService<StreamFollower>());
        services.AddHostedService<StreamTicker>();
        services.AddSingleton<StreamConnections>();
    }
}
