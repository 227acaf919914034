using StocksDapr.Sidecar.Hosting;

namespace StocksDapr.Sidecar.Resources;

/// <summary>Reads the resource folders and configuration files of one sidecar.</summary>
internal static class ResourceLoader
{
    /// <summary>Reads everything. A file that cannot be used is logged and left out; what daprd dies of is thrown as <see cref="SidecarStartException"/>.</summary>
    public static ResourceSet Load(SidecarOptions options, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(logger);
        return new ResourceSet();
    }
}
