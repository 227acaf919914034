using Microsoft.Extensions.DependencyInjection.Extensions;
using StocksDapr.Collector.Providers.Health;
using StocksDapr.Collector.Providers.Vendors;

namespace StocksDapr.Collector.Providers.Keys;

internal static class KeyRegistration
{
    /// <summary>
    /// Gives a provider a keyring: <c>services.GetRequiredService&lt;ProviderKeyrings&gt;().For("name")</c> is its <see cref="IProviderKeys"/>. The provider's
    /// section may name another secret and other limits (<see cref="VendorOptions"/>).
    /// </summary>
    public static WebApplicationBuilder AddProviderKeys(this WebApplicationBuilder builder, VendorTerms terms)
    {
        var services = builder.Services;
        services.AddOptions<VendorOptions>(terms.Provider)
            .BindConfiguration($"{VendorOptions.Section}:{terms.Provider}")
            .Validate(options => options.CreditsPerMinute is null or >= 0, $"{VendorOptions.Section}:{terms.Provider}:CreditsPerMinute is 0 (no limit) or more, for example 8.")
            .Validate(options => options.CreditsPerDay is null or >= 0, $"{VendorOptions.Section}:{terms.Provider}:CreditsPerDay is 0 (no limit) or more, for example 800.")
            .Validate(
                options => options.Timeout > TimeSpan.Zero && options.Timeout <= VendorOptions.LongestTimeout,
                $"{VendorOptions.Section}:{terms.Provider}:Timeout is more than nothing and at most {VendorOptions.LongestTimeout}, for example 00:00:30.")
            .Validate(
                options => options.PauseAfterFailures > TimeSpan.Zero && options.PauseAfterFailures <= options.LongestPause && options.LongestPause <= TimeSpan.FromDays(1),
                $"{VendorOptions.Section}:{terms.Provider}:PauseAfterFailures is a time that passes, at most that of {VendorOptions.Section}:{terms.Provider}:LongestPause, which is a day at most, for example 00:00:30 and 00:10:00.")
            .ValidateOnStart();
        services.AddSingleton(terms);
        services.TryAddSingleton<IProviderState, DaprProviderState>();
        services.TryAddSingleton<ProviderKeyrings>();
        services.TryAddSingleton<ProviderOverview>();
        services.TryAddSingleton<ProviderGauges>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, KeyringService>());
        return builder;
    }
}
