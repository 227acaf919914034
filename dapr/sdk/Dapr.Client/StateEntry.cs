using Dapr.Client;

namespace Dapr;

/// <summary>A value read from a state store together with what is needed to write it back.</summary>
/// <typeparam name="TValue">Type of the value.</typeparam>
public sealed class StateEntry<TValue>(DaprClient client, string storeName, string key, TValue value, string etag)
{
    private readonly DaprClient _client = client ?? throw new ArgumentNullException(nameof(client));

    /// <summary>Name of the state store component.</summary>
    public string StoreName { get; } = storeName ?? throw new ArgumentNullException(nameof(storeName));

    /// <summary>The state key.</summary>
    public string Key { get; } = key ?? throw new ArgumentNullException(nameof(key));

    /// <summary>The value; the default of its type when nothing is stored.</summary>
    public TValue Value { get; set; } = value;

    /// <summary>The etag that the value had when it was read; empty when nothing was stored.</summary>
    public string ETag { get; } = etag;

    /// <summary>Deletes the key, whatever is stored by now.</summary>
    public Task DeleteAsync(
        StateOptions? stateOptions = null, IReadOnlyDictionary<string, string>? metadata = null, CancellationToken cancellationToken = default) =>
        _client.DeleteStateAsync(StoreName, Key, stateOptions, metadata, cancellationToken);

    /// <summary>Writes <see cref="Value" />, whatever is stored by now.</summary>
    public Task SaveAsync(
        StateOptions? stateOptions = null, IReadOnlyDictionary<string, string>? metadata = null, CancellationToken cancellationToken = default) =>
        _client.SaveStateAsync(StoreName, Key, Value, stateOptions, metadata, cancellationToken);

    /// <summary>Writes <see cref="Value" /> if the stored value still has <see cref="ETag" />.</summary>
    /// <returns>False when somebody else wrote in between.</returns>
    public Task<bool> TrySaveAsync(
        StateOptions? stateOptions = null, IReadOnlyDictionary<string, string>? metadata = null, CancellationToken cancellationToken = default) =>
        _client.TrySaveStateAsync(StoreName, Key, Value, ETag, stateOptions, metadata, cancellationToken);

    /// <summary>Deletes the key if the stored value still has <see cref="ETag" />.</summary>
    /// <returns>False when somebody else wrote in between.</returns>
    public Task<bool> TryDeleteAsync(
        StateOptions? stateOptions = null, IReadOnlyDictionary<string, string>? metadata = null, CancellationToken cancellationToken = default) =>
        _client.TryDeleteStateAsync(StoreName, Key, ETag, stateOptions, metadata, cancellationToken);
}
