using Microsoft.Extensions.Options;
using StocksDapr.Collector.Providers.Keys;
using StocksDapr.Collector.Providers.Vendors;

namespace StocksDapr.Collector.Providers.Yahoo;

internal static class YahooRegistration
{
    /// <summary>Nothing is published; what is asked for here is what a person with a browser might.</summary>
    private static readonly KeyLimits Considerate = new(CreditsPerMinute: 20, CreditsPerDay: 2_000);

    /// <summary>Yahoo, configured by <c>Collector:Providers:yahoo</c>, where it must be switched on (<c>Enabled</c>): without that nothing is ever asked of it.</summary>
    /// <returns>Whether it is switched on.</returns>
    public static bool AddYahoo(this WebApplicationBuilder builder)
    {
        // Before the section is bound, which may say otherwise.
        builder.Services.Configure<VendorOptions>(YahooProvider.ProviderName, options => options.Enabled = false);
        builder.Services.AddSingleton<IValidateOptions<YahooOptions>, YahooOptionsValidator>();
        builder.AddVendor<YahooOptions, YahooProvider>(
            new VendorTerms(YahooProvider.ProviderName, KeySecret: null, Considerate),
            (options, keys, time, metrics) => new YahooProvider(options, keys, time, metrics));
        if (!builder.Configuration.GetValue($"{VendorOptions.Section}:{YahooProvider.ProviderName}:{nameof(YahooOptions.Enabled)}", false))
            return false;

        builder.Services.AddSingleton<IOptionChainProvider>(services => services.GetRequiredService<YahooProvider>());
        return true;
    }
}
