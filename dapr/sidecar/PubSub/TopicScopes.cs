namespace StocksDapr.Sidecar.PubSub;

/// <summary>Which topics of one component this application may publish to and subscribe to.</summary>
internal sealed class TopicScopes
{
    private readonly HashSet<string> _allowed;
    private readonly HashSet<string> _protected;
    private readonly HashSet<string>? _publishing;
    private readonly HashSet<string>? _subscribing;

    /// <param name="properties">The component's properties.</param>
    /// <param name="appId">The application.</param>
    public TopicScopes(IReadOnlyDictionary<string, string> properties, string appId)
    {
        _allowed = Topics(properties.GetValueOrDefault("allowedTopics"));
        _protected = Topics(properties.GetValueOrDefault("protectedTopics"));
        _publishing = Scope(properties.GetValueOrDefault("publishingScopes"), appId);
        _subscribing = Scope(properties.GetValueOrDefault("subscriptionScopes"), appId);
    }

    public bool MayPublish(string topic) => May(topic, _publishing);

    public bool MaySubscribe(string topic) => May(topic, _subscribing);

    // The order is daprd's: the allowed list first, then the protected topics, then the application's own scope.
    private bool May(string topic, HashSet<string>? scope)
    {
        if (_allowed.Count > 0 && !_allowed.Contains(topic)) return false;
        if (_protected.Contains(topic)) return scope?.Contains(topic) == true;
        return scope is null || scope.Contains(topic);
    }

    private static HashSet<string> Topics(string? list) => string.IsNullOrWhiteSpace(list) ? [] : Split(list);

    // Null = the application is not named, so nothing is restricted. "app=" names one topic without a name: none.
    private static HashSet<string>? Scope(string? scopes, string appId)
    {
        if (string.IsNullOrWhiteSpace(scopes)) return null;
        foreach (var scope in scopes.Split(';'))
        {
            var parts = scope.Split('=');
            if (parts.Length == 2 && parts[0].Trim() == appId) return Split(parts[1]);
        }

        return null;
    }

    private static HashSet<string> Split(string list) => [.. list.Replace(" ", "", StringComparison.Ordinal).Split(',')];
}
