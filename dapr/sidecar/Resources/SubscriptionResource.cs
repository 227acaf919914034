namespace StocksDapr.Sidecar.Resources;

/// <summary>A subscription, from YAML (v1alpha1 or v2alpha1) or from the application's answer.</summary>
public sealed record SubscriptionResource : DefinedResource
{
    /// <summary>The manifest's name; empty for one that the application asked for.</summary>
    public string Name { get; init; } = "";

    public required string PubSubName { get; init; }

    public required string Topic { get; init; }

    /// <summary>Rules in order; the default route is the last one, with an empty match.</summary>
    public IReadOnlyList<RouteRule> Rules { get; init; } = [];

    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>Topic for what could not be delivered; empty = none.</summary>
    public string DeadLetterTopic { get; init; } = "";

    public BulkSubscribe? Bulk { get; init; }

    public IReadOnlyList<string> Scopes { get; init; } = [];
}

/// <summary>Where an event goes when <see cref="Match"/> (CEL; empty = always) holds.</summary>
public sealed record RouteRule(string Match, string Path);

/// <summary>Bulk delivery as asked for; 0 = the default (100 messages, 1,000 ms).</summary>
public sealed record BulkSubscribe(int MaxMessages = 0, int MaxAwaitMilliseconds = 0);
