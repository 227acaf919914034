using Dapr.AspNetCore;
using Dapr.Client;
using Microsoft.AspNetCore.Mvc;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds Dapr to controllers.</summary>
public static class DaprMvcBuilderExtensions
{
    /// <summary>Registers <see cref="DaprClient" /> and lets controllers bind state with <see cref="FromStateAttribute" />.</summary>
    public static IMvcBuilder AddDapr(this IMvcBuilder builder, Action<DaprClientBuilder>? configureClient = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddDaprClient(configureClient);
        builder.Services.Configure<MvcOptions>(options =>
        {
            if (options.ModelBinderProviders.Any(provider => provider is StateModelBinderProvider)) return;
            options.ModelBinderProviders.Insert(0, new StateModelBinderProvider());
        });
        return builder;
    }
}
