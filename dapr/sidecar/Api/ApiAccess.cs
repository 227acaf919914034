using StocksDapr.Sidecar.Resources;

namespace StocksDapr.Sidecar.Api;

/// <summary>The allow and deny lists of the configuration. A list of allowed APIs excludes all others; deny wins.</summary>
internal sealed class ApiAccess(ConfigurationResource configuration)
{
    /// <param name="group">Name of the API.</param>
    /// <param name="version">Path style: <c>v1.0</c>, <c>v1.0-alpha1</c>.</param>
    public bool Allows(string group, string version)
    {
        if (Lists(configuration.ApiDenied, group, version)) return false;
        return !configuration.ApiAllowed.Any(IsHttp) || Lists(configuration.ApiAllowed, group, version);
    }

    private static bool Lists(IReadOnlyList<ApiRule> rules, string group, string version) =>
        rules.Any(rule => IsHttp(rule) && string.Equals(rule.Name, group, StringComparison.Ordinal) && SameVersion(rule.Version, version));

    private static bool IsHttp(ApiRule rule) => rule.Protocol.Length == 0 || rule.Protocol.Equals("http", StringComparison.OrdinalIgnoreCase);

    private static bool SameVersion(string written, string path) =>
        string.Equals(written, path, StringComparison.Ordinal)
        || string.Equals(written, path.Replace("v1.0-", "v1", StringComparison.Ordinal).Replace("v1.0", "v1", StringComparison.Ordinal), StringComparison.Ordinal);
}
