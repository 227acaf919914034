using StocksDapr.Sidecar.Api;

namespace StocksDapr.Sidecar.Hosting;

/// <summary>What this sidecar is made of: its component types and its API areas. A new one is added here, on a line of its own.</summary>
internal static class BuiltIns
{
    public static ComponentTypes ComponentTypes { get; } = new();

    public static void MapApis(ApiRouter routes)
    {
        ArgumentNullException.ThrowIfNull(routes);
    }
}
