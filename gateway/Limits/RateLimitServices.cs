namespace StocksDapr.Gateway.Limits;

internal static class RateLimitServices
{
    public static void AddRateLimits(this IServiceCollection services)
    {
        services.AddSingleton<MinuteWindows>();
        services.AddOptions<RateLimitOptions>().BindConfiguration("RateLimit").ValidateDataAnnotations().ValidateOnStart();
    }
}
