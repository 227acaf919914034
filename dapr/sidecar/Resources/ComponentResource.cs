namespace StocksDapr.Sidecar.Resources;

/// <summary>A Component as read from YAML; its property values are not resolved yet.</summary>
public sealed record ComponentResource : DefinedResource
{
    /// <summary>Limit of a component's initialisation when it names none.</summary>
    public static readonly TimeSpan DefaultInitTimeout = TimeSpan.FromSeconds(5);

    public required string Name { get; init; }

    public string? Namespace { get; init; }

    /// <summary>Type, for example <c>pubsub.in-memory</c>.</summary>
    public required string Type { get; init; }

    /// <summary>Version; a missing one counts as v1.</summary>
    public string Version { get; init; } = "v1";

    public bool IgnoreErrors { get; init; }

    public TimeSpan InitTimeout { get; init; } = DefaultInitTimeout;

    public IReadOnlyList<ComponentProperty> Properties { get; init; } = [];

    /// <summary>Secret store of <c>auth.secretStore</c>; empty = none.</summary>
    public string SecretStore { get; init; } = "";

    /// <summary>App ids that may use it; empty = all.</summary>
    public IReadOnlyList<string> Scopes { get; init; } = [];
}

/// <summary>One entry of <c>spec.metadata</c>: a value, a secret's name and key, or an environment variable.</summary>
public sealed record ComponentProperty(string Name, string Value, SecretReference? Secret = null, string? EnvRef = null);

/// <summary>A reference into a secret store. <see cref="Key"/> is the name when the YAML gives none.</summary>
public sealed record SecretReference(string Name, string Key);
