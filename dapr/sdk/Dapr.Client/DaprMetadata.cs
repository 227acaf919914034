namespace Dapr.Client;

/// <summary>What a sidecar tells about itself.</summary>
public sealed class DaprMetadata(
    string id,
    IReadOnlyList<DaprActorMetadata> actors,
    IReadOnlyDictionary<string, string> extended,
    IReadOnlyList<DaprComponentsMetadata> components)
{
    /// <summary>App id.</summary>
    public string Id { get; } = id;

    /// <summary>Active actors.</summary>
    public IReadOnlyList<DaprActorMetadata> Actors { get; } = actors;

    /// <summary>Further attributes, among them those set by <see cref="DaprClient.SetMetadataAsync" />.</summary>
    public IReadOnlyDictionary<string, string> Extended { get; } = extended;

    /// <summary>Loaded components.</summary>
    public IReadOnlyList<DaprComponentsMetadata> Components { get; } = components;
}

/// <summary>How many actors of a type are active.</summary>
public sealed class DaprActorMetadata(string type, int count)
{
    /// <summary>Actor type.</summary>
    public string Type { get; } = type;

    /// <summary>How many are active.</summary>
    public int Count { get; } = count;
}

/// <summary>A loaded component.</summary>
public sealed class DaprComponentsMetadata(string name, string type, string version, string[] capabilities)
{
    /// <summary>Name.</summary>
    public string Name { get; } = name;

    /// <summary>Type, such as <c>state.postgresql</c>.</summary>
    public string Type { get; } = type;

    /// <summary>Version of the type.</summary>
    public string Version { get; } = version;

    /// <summary>What the component can do, such as <c>ETAG</c>.</summary>
    public string[] Capabilities { get; } = capabilities;
}
