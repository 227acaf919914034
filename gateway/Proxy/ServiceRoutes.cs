using StocksDapr.Contracts;
using StocksDapr.Gateway.Edge;
using StocksDapr.Gateway.Tokens;

namespace StocksDapr.Gateway.Proxy;

/// <summary>
/// Which paths of the public API go to which service, and what a token needs for them. Only what stands here can be reached from outside; a
/// service's own probes, topics and internal paths cannot.
/// </summary>
internal static class ServiceRoutes
{
    public const string Prefix = "/api/v1";

    private const string ImportsPath = "/imports";

    private static readonly string[] Reading = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>The paths that are read, by the service that answers.</summary>
    private static readonly (string Service, string[] Paths)[] ReadPaths =
    [
        (AppIds.Query,
        [
            "/bars", "/bars/{symbol}", "/latest", "/movers", "/symbols", "/symbols/{symbol}", "/series", "/status",
            "/quality/quarantine", "/quality/findings", "/imports", "/imports/{id}", "/imports/{id}/rejections",
            "/backfills", "/backfills/{id}", "/runs", "/runs/{id}", "/dead-letters",
            "/options/{symbol}", "/options/{symbol}/expiries", "/options/{symbol}/contracts/{contract}/history", "/options/contracts/{contract}/history",
        ]),
        (AppIds.Collector, ["/providers", "/quotes", "/tracking", "/symbols/{symbol}/tracking"]),
    ];

    /// <summary>The paths that change something, with the service that takes them.</summary>
    private static readonly (string Service, string Method, string Path)[] WrittenPaths =
    [
        (AppIds.Collector, HttpMethods.Post, "/bars"), (AppIds.Collector, HttpMethods.Post, ImportsPath),
        (AppIds.Collector, HttpMethods.Post, "/backfills"), (AppIds.Collector, HttpMethods.Post, "/backfills/{id}/pause"),
        (AppIds.Collector, HttpMethods.Post, "/backfills/{id}/resume"), (AppIds.Collector, HttpMethods.Post, "/backfills/{id}/cancel"),
        (AppIds.Collector, HttpMethods.Put, "/symbols/{symbol}/tracking"), (AppIds.Collector, HttpMethods.Delete, "/symbols/{symbol}/tracking"),
        (AppIds.Writer, HttpMethods.Post, "/dead-letters/replay"), (AppIds.Writer, HttpMethods.Post, "/dead-letters/{id}/replay"),
    ];

    /// <summary>Every proxied operation, as OpenAPI names paths, with the service behind it.</summary>
    public static IEnumerable<(string Service, string Method, string Path)> Operations =>
        ReadPaths.SelectMany(read => read.Paths, (read, path) => (read.Service, "get", path))
            .Concat(WrittenPaths.Select(written => (written.Service, written.Method.ToLowerInvariant(), written.Path)));

    public static void MapServices(this IEndpointRouteBuilder app)
    {
        foreach (var (service, paths) in ReadPaths)
        {
            foreach (var path in paths)
                app.MapMethods(Prefix + path, Reading, Forward(app, service)).RequireAuthorization(Scopes.Read).ExcludeFromDescription();
        }

        foreach (var (service, method, path) in WrittenPaths)
        {
            var writing = app.MapMethods(Prefix + path, [method], Forward(app, service)).RequireAuthorization(Scopes.Write).ExcludeFromDescription();
            if (path == ImportsPath)
                writing.WithMetadata(BodyLimit.None); // Streamed to disk: how large it may be is Collector's business.
        }
    }

    private static RequestDelegate Forward(IEndpointRouteBuilder app, string service)
    {
        var proxy = app.ServiceProvider.GetRequiredService<ServiceProxy>();
        return context => proxy.ForwardAsync(context, service);
    }
}
