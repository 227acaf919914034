using StocksDapr.Sidecar.Hosting;

namespace StocksDapr.Sidecar.State;

/// <summary>
/// A key-value store with ETags, expiry and transactions. Keys are complete (with prefix). What daprd answers 409 for is thrown as
/// <see cref="ETagException"/>; everything else that goes wrong is a <see cref="StateStoreException"/>, whose message is shown to the caller.
/// </summary>
internal interface IStateStore : IComponent
{
    /// <summary>How a key of the application becomes a key of this store.</summary>
    KeyPrefix KeyPrefix { get; }

    /// <summary>The value of a key; null when there is none or it has expired.</summary>
    Task<StateEntry?> GetAsync(string key, CancellationToken cancellationToken);

    /// <summary>Many values at once, in the order in which this kind of store answers. An element without value stands for a missing key.</summary>
    Task<IReadOnlyList<BulkEntry>> GetManyAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken);

    /// <summary>Writes one value.</summary>
    Task SetAsync(StateSet request, CancellationToken cancellationToken);

    /// <summary>Writes several values. Unless the store says otherwise each on its own: some may be written when others fail.</summary>
    Task SetManyAsync(IReadOnlyList<StateSet> requests, CancellationToken cancellationToken);

    /// <summary>Deletes one value; a key that is not there is no error unless an ETag is given.</summary>
    Task DeleteAsync(StateDelete request, CancellationToken cancellationToken);

    /// <summary>Does all of the operations or none of them.</summary>
    Task TransactAsync(IReadOnlyList<StateOperation> operations, CancellationToken cancellationToken);
}

/// <summary>A stored value.</summary>
/// <param name="Value">Bytes as they are stored; JSON when they were written over HTTP.</param>
/// <param name="ETag">Version of the value.</param>
/// <param name="ExpiresAt">When it ceases to be (UTC); null = never.</param>
internal sealed record StateEntry(ReadOnlyMemory<byte> Value, string ETag, DateTimeOffset? ExpiresAt);

/// <summary>One element of a bulk answer.</summary>
internal sealed record BulkEntry(string Key, StateEntry? Entry);

/// <summary>One operation of a transaction: <see cref="StateSet"/> or <see cref="StateDelete"/>.</summary>
/// <param name="Key">Complete key.</param>
/// <param name="ETag">Version that must be there; null = any.</param>
/// <param name="Options">Concurrency and consistency as the caller wrote them.</param>
internal abstract record StateOperation(string Key, string? ETag, StateOptions Options);

/// <summary>Write a value.</summary>
/// <param name="Key">Complete key.</param>
/// <param name="Value">Bytes to store.</param>
/// <param name="ETag">Version that must be there; null = any.</param>
/// <param name="Options">Concurrency and consistency.</param>
/// <param name="Ttl">The text of <c>ttlInSeconds</c>; null = none. Stores read it in their own way.</param>
internal sealed record StateSet(string Key, ReadOnlyMemory<byte> Value, string? ETag = null, StateOptions Options = default, string? Ttl = null)
    : StateOperation(Key, ETag, Options);

/// <summary>Delete a value.</summary>
internal sealed record StateDelete(string Key, string? ETag = null, StateOptions Options = default) : StateOperation(Key, ETag, Options);
