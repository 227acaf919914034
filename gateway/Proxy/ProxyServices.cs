namespace StocksDapr.Gateway.Proxy;

internal static class ProxyServices
{
    public static void AddServiceProxy(this IServiceCollection services)
    {
        services.AddHttpForwarder();
        services.AddSingleton<SidecarAddress>();
        services.AddSingleton<ServiceProxy>();
        services.AddSingleton<QueryAnswers>();
        services.AddHealthChecks().AddCheck<QueryAnswers>("query");
    }
}
