using Microsoft.Extensions.Options;

namespace StocksDapr.Collector.Providers.Vendors;

internal static class VendorRegistration
{
    /// <summary>Binds the section <c>Collector:Providers:NAME</c> of a vendor and checks it at start; the options are a service of their own type.</summary>
    public static void AddVendorOptions<T>(this WebApplicationBuilder builder, string name)
        where T : VendorOptions
    {
        var section = builder.Configuration.GetSection($"{VendorOptions.Section}:{name}");
        builder.Services.AddSingleton<IValidateOptions<T>>(new VendorOptionsValidator<T>(section.Path));
        builder.Services.AddOptions<T>().Bind(section).ValidateOnStart();
        builder.Services.AddSingleton(services => services.GetRequiredService<IOptions<T>>().Value);
    }
}
