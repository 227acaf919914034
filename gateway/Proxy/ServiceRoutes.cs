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

    private static readonly string[] Writing = [HttpMethods.Post];

    /// <summary>The paths that are read from Query.</summary>
    private static readonly string[] QueryPaths =
    [
        "/bars", "/bars/{symbol}", "/latest", "/movers", "/symbols", "/symbols/{symbol}", "/series", "/status",
        "/quality/quarantine", "/quality/findings", "/imports", "/imports/{id}", "/imports/{id}/rejections",
        "/backfills", "/backfills/{id}", "/runs", "/runs/{id}", "/dead-letters",
        "/options/{symbol}", "/options/{symbol}/expiries", "/options/{symbol}/contracts/{contract}/history", "/options/contracts/{contract}/history",
    ];

    /// <summary>The paths that are posted, with the service that takes them.</summary>
    private static readonly (string Service, string Path)[] PostedPaths =
    [
        (AppIds.Collector, "/bars"), (AppIds.Collector, ImportsPath),
        (AppIds.Collector, "/backfills"), (AppIds.Collector, "/backfills/{id}/pause"), (AppIds.Collector, "/backfills/{id}/resume"), (AppIds.Collector, "/backfills/{id}/cancel"),
        (AppIds.Writer, "/dead-letters/replay"), (AppIds.Writer, "/dead-letters/{id}/replay"),
    ];

    /// <summary>Every proxied operation, as OpenAPI names paths, with the service behind it.</summary>
    public static IEnumerable<(string Service, string Method, string Path)> Operations =>
        QueryPaths.Select(path => (AppIds.Query, "get", path)).Concat(PostedPaths.Select(posted => (posted.Service, "post", posted.Path)));

    public static void MapServices(this IEndpointRouteBuilder app)
    {
        foreach (var path in QueryPaths)
            app.MapMethods(Prefix + path, Reading, Forward(app, AppIds.Query)).RequireAuthorization(Scopes.Read).ExcludeFromDescription();

        foreach (var (service, path) in PostedPaths)
        {
            var writing = app.MapMethods(Prefix + path, Writing, Forward(app, service)).RequireAuthorization(Scopes.Write).ExcludeFromDescription();
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
