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
        builder.AddProviderKeys(terms);
        builder.AddVendorOptions<TOptions>(terms.Provider);
        builder.Services.AddSingleton(services => make(
            services.GetRequiredService<TOptions>(),
            services.GetRequiredService<ProviderKeyrings>().For(terms.Provider),
            services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<CollectorMetrics>()));
    }

    /// <summary>Binds a vendor's section and checks it at start; the options are a service of their own type.</summary>
    public static void AddVendorOptions<T>(this WebApplicationBuilder builder, string name)
        where T : VendorOptions
    {
        var section = builder.Configuration.GetSection($"{VendorOptions.Section}:{name}");
        builder.Services.AddSingleton<IValidateOptions<T>>(new VendorOptionsValidator<T>(section.Path));
        builder.Services.AddOptions<T>().Bind(section).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton(services => services.GetRequiredService<IOptions<T>>().Value);
    }
}
