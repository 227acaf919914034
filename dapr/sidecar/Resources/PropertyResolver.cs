using StocksDapr.Sidecar.Hosting;
using StocksDapr.Sidecar.Secrets;

namespace StocksDapr.Sidecar.Resources;

/// <summary>Turns a component's properties into values: secretKeyRef, envRef, templates.</summary>
internal static class PropertyResolver
{
    private const string Uuid = "{uuid}";

    /// <summary>
    /// The values that the component is initialised with; names compare without case. A secret or variable that cannot be had is logged and leaves its
    /// property empty, as in daprd: whether that matters is the component's business.
    /// </summary>
    /// <exception cref="ComponentMetadataException">A template cannot be filled in.</exception>
    public static async ValueTask<IReadOnlyDictionary<string, string>> ResolveAsync(
        ComponentResource component, SidecarContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(component);
        var logger = context.Loggers.CreateLogger($"{typeof(PropertyResolver).FullName}[{context.AppId}]");
        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var secrets = new Dictionary<string, IReadOnlyDictionary<string, string>?>(StringComparer.Ordinal);
        foreach (var property in component.Properties)
        {
            var value = property.Value;
            if (property.EnvRef is { } variable)
            {
                if (MayRead(variable, context.Options)) value = context.Options.GetEnvironmentVariable(variable) ?? "";
                else ResourceLog.EnvironmentDenied(logger, component.Name, property.Name, variable);
            }
            else if (property.Secret is { } reference)
            {
                if (!secrets.TryGetValue(reference.Name, out var data))
                {
                    data = secrets[reference.Name] = await ReadSecretAsync(component, property, reference, context, logger, cancellationToken);
                }

                if (data?.GetValueOrDefault(reference.Key) is { Length: > 0 } secret) value = secret;
            }

            values[property.Name] = Fill(value, property.Name, context.Options);
        }

        return values;
    }

    private static async Task<IReadOnlyDictionary<string, string>?> ReadSecretAsync(
        ComponentResource component, ComponentProperty property, SecretReference reference, SidecarContext context, ILogger logger, CancellationToken cancellationToken)
    {
        if (context.Components.Find<ISecretStore>(component.SecretStore) is not { } store)
        {
            ResourceLog.NoSecretStore(logger, component.Name, property.Name, component.SecretStore);
            return null;
        }

        try
        {
            return await store.GetAsync(reference.Name, cancellationToken);
        }
        catch (SecretStoreException error)
        {
            ResourceLog.SecretUnreadable(logger, component.Name, property.Name, reference.Name, error.Message);
            return null;
        }
    }

    /// <summary>Dapr's own variables and the application's token are out of bounds; <c>DAPR_ENV_KEYS</c>, when set, lists what is allowed.</summary>
    private static bool MayRead(string variable, SidecarOptions options)
    {
        var name = variable.ToUpperInvariant();
        if (name is "APP_API_TOKEN" || name.StartsWith("DAPR_", StringComparison.Ordinal) || name.Contains(' ', StringComparison.Ordinal)) return false;
        var allowed = options.GetEnvironmentVariable("DAPR_ENV_KEYS");
        return string.IsNullOrEmpty(allowed) || allowed.Split(' ').Contains(name, StringComparer.Ordinal);
    }

    private static string Fill(string value, string property, SidecarOptions options)
    {
        if (!value.Contains('{', StringComparison.Ordinal)) return value;
        for (var at = value.IndexOf(Uuid, StringComparison.Ordinal); at >= 0; at = value.IndexOf(Uuid, StringComparison.Ordinal))
        {
            value = $"{value[..at]}{Guid.NewGuid()}{value[(at + Uuid.Length)..]}";
        }

        if (value.Contains("{podName}", StringComparison.Ordinal))
        {
            var pod = options.GetEnvironmentVariable("POD_NAME");
            if (string.IsNullOrEmpty(pod)) throw new ComponentMetadataException(property, "refers to {podName}, but the environment variable POD_NAME is not set");
            value = value.Replace("{podName}", pod, StringComparison.Ordinal);
        }

        var space = string.IsNullOrEmpty(options.Namespace) ? "default" : options.Namespace;
        return value.Replace("{namespace}", $"{space}.{options.AppId}", StringComparison.Ordinal).Replace("{appID}", options.AppId, StringComparison.Ordinal);
    }
}
