using StocksDapr.Sidecar.Resources;

namespace StocksDapr.Sidecar.Secrets;

/// <summary>Which secrets of a store the configuration lets the application read.</summary>
internal static class SecretAccess
{
    /// <summary>
    /// A list of allowed secrets excludes all others. Without one, what is denied by name is denied, and the default decides about the rest;
    /// a store that the configuration does not name is open.
    /// </summary>
    public static bool Allows(ConfigurationResource configuration, string store, string secret)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var scope = configuration.SecretScopes.FirstOrDefault(scope => scope.StoreName == store);
        if (scope is null) return true;
        if (scope.Allowed.Count > 0) return scope.Allowed.Contains(secret, StringComparer.Ordinal);
        return !scope.Denied.Contains(secret, StringComparer.Ordinal) && !scope.DefaultAccess.Equals("deny", StringComparison.OrdinalIgnoreCase);
    }
}
