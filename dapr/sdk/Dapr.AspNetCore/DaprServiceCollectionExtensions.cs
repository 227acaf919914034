using Dapr.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers <see cref="DaprClient" />.</summary>
public static class DaprServiceCollectionExtensions
{
    /// <summary>Registers <see cref="DaprClient" /> unless it is registered already. It finds the sidecar by configuration, then by the environment.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Changes to the client, on top of what was found.</param>
    /// <param name="lifetime">How long a client lives.</param>
    public static void AddDaprClient(
        this IServiceCollection services, Action<DaprClientBuilder>? configure = null, ServiceLifetime lifetime = ServiceLifetime.Singleton) =>
        Add(services, (_, builder) => configure?.Invoke(builder), lifetime);

    /// <summary>Registers <see cref="DaprClient" /> unless it is registered already, configured with the help of other services.</summary>
    public static void AddDaprClient(
        this IServiceCollection services, Action<IServiceProvider, DaprClientBuilder> configure, ServiceLifetime lifetime = ServiceLifetime.Singleton) =>
        Add(services, (provider, builder) => configure?.Invoke(provider, builder), lifetime);

    private static void Add(IServiceCollection services, Action<IServiceProvider, DaprClientBuilder> configure, ServiceLifetime lifetime)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.TryAdd(ServiceDescriptor.Describe(
            typeof(DaprClient),
            provider =>
            {
                var builder = Builder(provider.GetService<IConfiguration>());
                configure(provider, builder);
                return builder.Build();
            },
            lifetime));
    }

    private static DaprClientBuilder Builder(IConfiguration? configuration)
    {
        string? Lookup(string name) => configuration?[name];
        var builder = new DaprClientBuilder()
            .UseHttpEndpoint(SidecarDefaults.HttpEndpoint(Lookup))
            .UseGrpcEndpoint(SidecarDefaults.GrpcEndpoint(Lookup));
        var token = SidecarDefaults.DaprApiToken(Lookup);
        return string.IsNullOrWhiteSpace(token) ? builder : builder.UseDaprApiToken(token);
    }
}
