namespace Dapr.Client;

/// <summary>An item of a configuration store.</summary>
public class ConfigurationItem(string value, string version, IReadOnlyDictionary<string, string> metadata)
{
    /// <summary>The value.</summary>
    public string Value { get; } = value;

    /// <summary>The value's version; empty when the store has none.</summary>
    public string Version { get; } = version;

    /// <summary>What the store adds.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; } = metadata;
}
