using StocksDapr.Sidecar.PubSub;
using StocksDapr.Sidecar.Resources;

namespace StocksDapr.Sidecar.Hosting;

/// <summary>Makes the components of a sidecar: secret stores first, because others take values from them, then the rest in file order, one at a time.</summary>
internal static class ComponentLoading
{
    private const string SecretStorePrefix = "secretstores.";

    /// <exception cref="SidecarStartException">A component is unknown or could not be initialised, and does not ignore errors.</exception>
    public static async Task LoadAsync(SidecarContext sidecar, ComponentTypes types, CancellationToken cancellationToken)
    {
        var log = sidecar.Loggers.CreateLogger($"{typeof(ComponentLoading).FullName}[{sidecar.AppId}]");
        var waiting = SecretStoresFirst(sidecar.Resources.Components).ToList();

        // A secret store may itself take a value from another one, so the first that need not wait is looked for anew each time.
        while (waiting.Find(component => !WaitsForStore(component, sidecar)) is { } component)
        {
            waiting.Remove(component);
            await TryAddAsync(component, sidecar, types, log, cancellationToken);
        }

        foreach (var parked in waiting) log.ComponentParked(parked.Name, parked.SecretStore);
    }

    private static async Task TryAddAsync(ComponentResource component, SidecarContext sidecar, ComponentTypes types, ILogger log, CancellationToken cancellationToken)
    {
        try
        {
            var (resource, properties, instance) = await MakeAsync(component, sidecar, types, cancellationToken);
            sidecar.Components.Add(resource, properties, instance);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            if (component.IgnoreErrors) log.ComponentIgnored(failure, component.Name, component.Type);
            else if (failure is SidecarStartException) throw;
            else throw new SidecarStartException($"{Describe(component)} could not be initialised: {failure.Message}", failure);
        }
    }

    /// <summary>Components in the order in which they are made.</summary>
    public static IEnumerable<ComponentResource> SecretStoresFirst(IEnumerable<ComponentResource> components) => components.OrderBy(component => IsSecretStore(component) ? 0 : 1);

    /// <summary>Makes a component and initialises it.</summary>
    /// <exception cref="SidecarStartException">There is no such type, or it is denied.</exception>
    public static async Task<LoadedComponent> MakeAsync(ComponentResource component, SidecarContext sidecar, ComponentTypes types, CancellationToken cancellationToken)
    {
        var create = Find(component, sidecar.Resources.Configuration, types);
        ComponentFields.Check(component, sidecar.Loggers.CreateLogger($"{typeof(ComponentLoading).FullName}[{sidecar.AppId}]"));
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(component.InitTimeout);
        IComponent? instance = null;
        try
        {
            var properties = await PropertyResolver.ResolveAsync(component, sidecar, limit.Token);
            instance = NamespacedPubSub.Apply(create(new ComponentSpec(component, properties, sidecar)), component, sidecar.Options);
            await instance.InitAsync(limit.Token).WaitAsync(limit.Token);
            return new LoadedComponent(component, properties, instance);
        }
        catch (Exception failure)
        {
            if (instance is not null) await instance.DisposeAsync();
            if (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested)
                throw new TimeoutException($"init timeout for component exceeded after {component.InitTimeout.TotalSeconds:0.###}s", failure);
            throw;
        }
    }

    private static Func<ComponentSpec, IComponent> Find(ComponentResource component, ConfigurationResource configuration, ComponentTypes types)
    {
        if (configuration.DeniedComponents.Contains(component.Type, StringComparer.OrdinalIgnoreCase))
            throw new SidecarStartException($"{Describe(component)}: the configuration denies this type");
        return types.Find(component.Type, component.Version)
            ?? throw new SidecarStartException($"{Describe(component)}: {DaprComponentTypes.Explain(component, types)}");
    }

    private static string Describe(ComponentResource component) =>
        $"component {component.Name} ({component.Type}/{component.Version}){(component.File.Length == 0 ? "" : $" in {component.File}")}";

    private static bool IsSecretStore(ComponentResource component) => component.Type.StartsWith(SecretStorePrefix, StringComparison.OrdinalIgnoreCase);

    /// <summary>True when a component takes values from a secret store that is not loaded.</summary>
    public static bool WaitsForStore(ComponentResource component, SidecarContext sidecar) =>
        component.SecretStore.Length > 0
        && component.Properties.Any(property => property.Secret is not null)
        && sidecar.Components.All.All(loaded => loaded.Resource.Name != component.SecretStore);
}
