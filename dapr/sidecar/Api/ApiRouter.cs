using StocksDapr.Sidecar.Hosting;

namespace StocksDapr.Sidecar.Api;

/// <summary>
/// The routes of one sidecar. Paths are matched as they came, before unescaping, so that <c>%2F</c> stays inside its segment; what matches
/// nothing (an unknown path, a wrong verb, a route that the configuration denies) is the business of service invocation.
/// </summary>
internal sealed class ApiRouter(SidecarContext sidecar)
{
    private readonly ApiAccess _access = new(sidecar.Resources.Configuration);
    private readonly Dictionary<string, List<Route>> _routes = new(StringComparer.Ordinal);

    public SidecarContext Sidecar { get; } = sidecar;

    /// <summary>Whether the configuration lets an API be called.</summary>
    /// <param name="group">Name of the API.</param>
    /// <param name="route">Version and path, as in <c>v1.0/invoke/*</c>.</param>
    public bool Allows(string group, string route) => _access.Allows(group, route);

    /// <summary>Maps a route.</summary>
    /// <param name="group">Name of the API in allow and deny lists: state, publish, bindings, secrets, metadata, shutdown, invoke…; empty = always allowed.</param>
    /// <param name="methods">Verbs, separated by <c>|</c>; <c>*</c> = any.</param>
    /// <param name="template">For example <c>/v1.0/state/{store}/{key}</c>.</param>
    /// <param name="handler">Answers the call.</param>
    public void Map(string group, string methods, string template, ApiHandler handler)
    {
        var route = new Route(template, methods, handler);
        if (group.Length > 0 && !_access.Allows(group, template.TrimStart('/'))) return;
        if (!_routes.TryGetValue(route.FirstSegments, out var routes)) _routes[route.FirstSegments] = routes = [];
        routes.Add(route);
        routes.Sort(Route.CompareOrder);
    }

    /// <summary>The route of a request; null when there is none.</summary>
    public ApiHandler? Find(string method, ReadOnlySpan<char> path, out RouteMatch match)
    {
        path = path.TrimStart('/');
        match = default;
        var lookup = _routes.GetAlternateLookup<ReadOnlySpan<char>>();
        var first = path.IndexOf('/');
        if (first < 0) return null;
        var second = path[(first + 1)..].IndexOf('/');
        var start = second < 0 ? path : path[..(first + 1 + second)];
        if (!lookup.TryGetValue(start, out var routes)) return null;
        foreach (var route in routes)
        {
            if (Allows(route.Methods, method) && route.TryMatch(path, out match)) return route.Handler;
        }

        return null;
    }

    /// <summary>Whether a path has a route for some verb.</summary>
    public bool Knows(ReadOnlySpan<char> path)
    {
        path = path.TrimStart('/');
        foreach (var (start, routes) in _routes)
        {
            if (!path.StartsWith(start, StringComparison.Ordinal)) continue;
            foreach (var route in routes)
            {
                if (route.TryMatch(path, out _)) return true;
            }
        }

        return false;
    }

    private static bool Allows(string[] methods, string method)
    {
        foreach (var allowed in methods)
        {
            if (allowed == "*" || string.Equals(allowed, method, StringComparison.Ordinal)) return true;
        }

        return false;
    }
}
