namespace Dapr.Client;

/// <summary>Items of a configuration store, by key.</summary>
public class GetConfigurationResponse(IReadOnlyDictionary<string, ConfigurationItem> configMap)
{
    /// <summary>The items; a key that the store does not have is missing.</summary>
    public IReadOnlyDictionary<string, ConfigurationItem> Items => configMap;
}
