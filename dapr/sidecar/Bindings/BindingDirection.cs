using StocksDapr.Sidecar.Resources;

namespace StocksDapr.Sidecar.Bindings;

/// <summary>The <c>direction</c> metadata of a binding: input, output, or both, separated by a comma. Without it the binding does what its type can do.</summary>
internal static class BindingDirection
{
    public const string Input = "input";
    public const string Output = "output";

    /// <summary>True when the component says nothing, or names this direction.</summary>
    public static bool Allows(ComponentResource component, string direction) => Read(component) is not { } directions || directions.Contains(direction);

    /// <summary>True when the component names this direction.</summary>
    public static bool Names(ComponentResource component, string direction) => Read(component)?.Contains(direction) ?? false;

    private static List<string>? Read(ComponentResource component)
    {
        var property = component.Properties.FirstOrDefault(property => property.Name.Equals("direction", StringComparison.OrdinalIgnoreCase));
        return property?.Value.Split(',').Select(part => part.Trim().ToLowerInvariant()).ToList();
    }
}
