using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using StocksDapr.Sidecar.Hosting;
using StocksDapr.Sidecar.Resiliency;
using StocksDapr.Sidecar.Resources;
using StocksDapr.Sidecar.Tracing;

namespace StocksDapr.Sidecar;

/// <summary>Contexts and component specs for tests of single parts.</summary>
internal static class SidecarContexts
{
    public static SidecarContext Create(SidecarOptions? options = null, TimeProvider? time = null, ILoggerFactory? loggers = null) => new()
    {
        Options = options ?? new SidecarOptions { AppId = "tester" },
        Mesh = new SidecarMesh(),
        Resources = new ResourceSet(),
        Resiliency = new ResiliencyPolicies([]),
        Tracer = new Tracer(null),
        Loggers = loggers ?? NullLoggerFactory.Instance,
        Time = time ?? TimeProvider.System,
    };

    public static ComponentSpec Spec(string type, IReadOnlyDictionary<string, string> metadata, SidecarContext? context = null) => new(
        new ComponentResource { Name = "it", Type = type, Properties = [.. metadata.Select(pair => new ComponentProperty(pair.Key, pair.Value))] },
        new Dictionary<string, string>(metadata, StringComparer.OrdinalIgnoreCase),
        context ?? Create());
}
