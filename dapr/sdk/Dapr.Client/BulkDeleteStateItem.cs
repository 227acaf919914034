namespace Dapr.Client;

/// <summary>A key of a bulk deletion.</summary>
public readonly struct BulkDeleteStateItem(
    string key, string? etag, StateOptions? stateOptions = null, IReadOnlyDictionary<string, string>? metadata = null)
{
    /// <summary>The state key.</summary>
    public string Key { get; } = key;

    /// <summary>The etag that the stored value must still have; null for no condition.</summary>
    public string? ETag { get; } = etag;

    /// <summary>Consistency and concurrency.</summary>
    public StateOptions? StateOptions { get; } = stateOptions;

    /// <summary>Metadata for the store.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; } = metadata;
}
