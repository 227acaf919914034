namespace StocksDapr.Sidecar.Resources;

/// <summary>Everything that was read for one sidecar, in load order and already limited to what is in its scope.</summary>
public sealed record ResourceSet
{
    public IReadOnlyList<ComponentResource> Components { get; init; } = [];

    public IReadOnlyList<ResiliencyResource> Resiliencies { get; init; } = [];

    public IReadOnlyList<SubscriptionResource> Subscriptions { get; init; } = [];

    /// <summary>HTTPEndpoint resources by name.</summary>
    public IReadOnlyDictionary<string, HttpEndpointResource> HttpEndpoints { get; init; } = new Dictionary<string, HttpEndpointResource>();

    /// <summary>Files of which something could not be read.</summary>
    public IReadOnlySet<string> BrokenFiles { get; init; } = new HashSet<string>();

    public ConfigurationResource Configuration { get; init; } = new();

    /// <summary>This set, and in place of what could not be read what was there before.</summary>
    public ResourceSet KeepingWhatBroke(ResourceSet before)
    {
        ArgumentNullException.ThrowIfNull(before);
        if (BrokenFiles.Count == 0) return this;
        return this with
        {
            Components = [.. Components, .. before.Components.Where(old => BrokenFiles.Contains(old.File) && Components.All(other => other.Name != old.Name))],
            Subscriptions = [.. Subscriptions, .. before.Subscriptions.Where(old => BrokenFiles.Contains(old.File) && Subscriptions.All(other => other.Name != old.Name))],
            Resiliencies = [.. Resiliencies, .. before.Resiliencies.Where(old => BrokenFiles.Contains(old.File) && Resiliencies.All(other => other.Name != old.Name))],
            HttpEndpoints = before.HttpEndpoints.Where(old => !HttpEndpoints.ContainsKey(old.Key)).Concat(HttpEndpoints).ToDictionary(StringComparer.Ordinal),
        };
    }
}

/// <summary>An address outside of the run that can be invoked by name.</summary>
/// <param name="BaseUrl">Absolute address; the method is added to it.</param>
/// <param name="Headers">Sent with every request; those of the caller give way.</param>
public sealed record HttpEndpointResource(string BaseUrl, IReadOnlyList<(string Name, string Value)> Headers);
