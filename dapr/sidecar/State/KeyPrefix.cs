using StocksDapr.Sidecar.Hosting;

namespace StocksDapr.Sidecar.State;

/// <summary>
/// How keys are kept apart in a store: the component's <c>keyPrefix</c>. By default the application's id goes before the key, so two applications
/// never see each other's state.
/// </summary>
internal sealed class KeyPrefix
{
    public const string Separator = "||";

    private readonly string _prefix;

    private KeyPrefix(string prefix) => _prefix = prefix;

    /// <summary>The strategy of a component.</summary>
    /// <exception cref="StateStoreException">The prefix itself holds the separator.</exception>
    public static KeyPrefix Of(ComponentSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        var options = spec.Context.Options;
        return Of(spec.Get("keyPrefix"), spec.Name, options.AppId, options.Namespace);
    }

    /// <param name="strategy">appid, name, namespace, none, or the prefix itself (taken in lower case); null = appid.</param>
    /// <param name="store">Name of the component.</param>
    /// <param name="appId">Application's id.</param>
    /// <param name="space">Namespace, when one is set.</param>
    public static KeyPrefix Of(string? strategy, string store, string appId, string? space)
    {
        strategy = strategy?.ToLowerInvariant() ?? "appid";
        if (Illegal(strategy) is { } reason) throw new StateStoreException(reason);
        return new KeyPrefix(strategy switch
        {
            "none" => "",
            "name" => store + Separator,
            "appid" => appId + Separator,
            "namespace" => (string.IsNullOrEmpty(space) ? appId : $"{space}.{appId}") + Separator,
            _ => strategy + Separator,
        });
    }

    /// <summary>The store's key for an application's key.</summary>
    public string Add(string key) => _prefix + key;

    /// <summary>The application's key: the second part of a prefixed one, as daprd cuts it.</summary>
    public static string Remove(string key)
    {
        var first = key.IndexOf(Separator, StringComparison.Ordinal);
        if (first < 0) return key;
        var rest = key[(first + Separator.Length)..];
        var second = rest.IndexOf(Separator, StringComparison.Ordinal);
        return second < 0 ? rest : rest[..second];
    }

    /// <summary>Why an application must not use this key; null when it may.</summary>
    public static string? Illegal(string key) =>
        key.Contains(Separator, StringComparison.Ordinal) ? $"input key/keyPrefix '{key}' can't contain '{Separator}'" : null;
}
