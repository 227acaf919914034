using StocksDapr.Collector.Providers.Simulated;

namespace StocksDapr.Collector.Providers;

internal static class ProviderRegistration
{
    /// <summary>The providers that are configured, and what is collected from each.</summary>
    public static WebApplicationBuilder AddProviders(this WebApplicationBuilder builder)
    {
        builder.AddSimulatedProvider();
        return builder;
    }
}
