namespace StocksDapr.Sidecar.Resources;

/// <summary>Everything that was read for one sidecar, in load order and already limited to what is in its scope.</summary>
public sealed record ResourceSet
{
    public IReadOnlyList<ComponentResource> Components { get; init; } = [];

    public IReadOnlyList<ResiliencyResource> Resiliencies { get; init; } = [];

    public IReadOnlyList<SubscriptionResource> Subscriptions { get; init; } = [];

    /// <summary>HTTPEndpoint resources: name to base URL.</summary>
    public IReadOnlyDictionary<string, string> HttpEndpoints { get; init; } = new Dictionary<string, string>();

    public ConfigurationResource Configuration { get; init; } = new();
}
