using StocksDapr.Sidecar.Resources;

namespace StocksDapr.Sidecar.Api;

/// <summary>
/// The allow and deny lists of the configuration. A list of allowed APIs excludes all others; deny wins. A rule names a group of APIs with its version
/// (<c>v1</c> + <c>state</c>), or the beginning of their paths (<c>v1.0</c> + <c>publish/bulk</c>).
/// </summary>
internal sealed class ApiAccess(ConfigurationResource configuration)
{
    private readonly List<string> _allowed = [.. Prefixes(configuration.ApiAllowed)];
    private readonly List<string> _denied = [.. Prefixes(configuration.ApiDenied)];

    /// <param name="group">Name of the API.</param>
    /// <param name="route">Version and path: <c>v1.0-alpha1/state/{store}/query</c>.</param>
    public bool Allows(string group, string route) => !Lists(_denied, group, route) && (_allowed.Count == 0 || Lists(_allowed, group, route));

    private static bool Lists(List<string> rules, string group, string route)
    {
        var version = route[..route.IndexOf('/', StringComparison.Ordinal)];
        var byGroup = $"{version.Replace("v1.0", "v1", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal)}/{group}";
        return rules.Exists(rule => rule == byGroup || route.StartsWith(rule, StringComparison.Ordinal));
    }

    private static IEnumerable<string> Prefixes(IReadOnlyList<ApiRule> rules) => rules.Where(IsHttp).Select(rule => $"{rule.Version}/{rule.Name}");

    private static bool IsHttp(ApiRule rule) => rule.Protocol.Length == 0 || rule.Protocol.Equals("http", StringComparison.OrdinalIgnoreCase);
}
