namespace Dapr.Client;

/// <summary>One operation of a state transaction.</summary>
/// <param name="key">The state key.</param>
/// <param name="value">The value as UTF-8 JSON; null for a deletion.</param>
/// <param name="operationType">What to do.</param>
/// <param name="etag">The etag that the stored value must still have; null for no condition.</param>
/// <param name="metadata">Metadata for the store, such as <c>ttlInSeconds</c>.</param>
/// <param name="options">Consistency and concurrency.</param>
public sealed class StateTransactionRequest(
    string key,
    byte[]? value,
    StateOperationType operationType,
    string? etag = null,
    IReadOnlyDictionary<string, string>? metadata = null,
    StateOptions? options = null)
{
    /// <summary>Consistency and concurrency.</summary>
    public StateOptions? Options = options;

    /// <summary>The state key.</summary>
    public string Key { get; } = key ?? throw new ArgumentNullException(nameof(key));

    /// <summary>The value as UTF-8 JSON.</summary>
    public byte[]? Value { get; set; } = value;

    /// <summary>What to do.</summary>
    public StateOperationType? OperationType { get; set; } = operationType;

    /// <summary>The etag that the stored value must still have.</summary>
    public string? ETag { get; set; } = etag;

    /// <summary>Metadata for the store.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; set; } = metadata;
}
