using Microsoft.Extensions.Options;
using StocksDapr.Collector.Providers.Keys;

namespace StocksDapr.Collector.Providers.Vendors;

internal static class VendorRegistration
{
    /// <summary>
    /// Adds the provider of a vendor: its options from the section <c>Collector:Providers:NAME</c>, checked at start, its keyring, and itself as a service of
    /// its own type, made when it is first wanted.
    /// </summary>
    public static void AddVendor<TOptions, TProvider>(
        this WebApplicationBuilder builder, VendorTerms terms, Func<TOptions, IProviderKeys, TimeProvider, CollectorMetrics, TProvider> make)
        where TOptions : VendorOptions
        where TProvider : class
    {
        var section = builder.Configuration.GetSection($"{VendorOptions.Section}:{terms.Provider}");
        builder.AddProviderKeys(terms);
        builder.Services.AddSingleton<IValidateOptions<TOptions>>(new VendorOptionsValidator<TOptions>(section.Path));
        builder.Services.AddOptions<TOptions>().Bind(section).ValidateOnStart();
        builder.Services.AddSingleton(services => make(
            services.GetRequiredService<IOptions<TOptions>>().Value,
            services.GetRequiredService<ProviderKeyrings>().For(terms.Provider),
            services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<CollectorMetrics>()));
    }
}
