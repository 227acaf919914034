using Google.Protobuf;

namespace StocksDapr.Sidecar.Workflows.Storage;

/// <summary>
/// Where one app's workflow instances are kept. Everything that changes them goes through <see cref="CommitAsync"/>, all of a group or nothing of it;
/// an instance is only ever changed by the engine that owns it, but events may be put into any inbox.
/// </summary>
internal interface IWorkflowStore : IAsyncDisposable
{
    /// <summary>Who else serves these instances.</summary>
    IMembership Membership { get; }

    /// <summary>True when instances of other apps can be written to in the same transaction.</summary>
    bool SharesApps { get; }

    /// <summary>Prepares the store and makes this engine known.</summary>
    Task OpenAsync(CancellationToken cancellationToken);

    /// <summary>Stores a group of changes durably and notes what became of each. When it throws, nothing is stored.</summary>
    /// <exception cref="StoreUnavailableException">The store cannot be reached: the same group may be stored later.</exception>
    /// <exception cref="EngineLostException">Others took this engine for dead; its instances are theirs.</exception>
    /// <exception cref="StoreRefusedException">The store will not take it: something in the group is wrong.</exception>
    Task CommitAsync(IReadOnlyList<StoreWork> group, CancellationToken cancellationToken);

    /// <summary>Reads an instance as a whole; null when there is none.</summary>
    Task<StoredInstance?> LoadAsync(string id, CancellationToken cancellationToken);

    /// <summary>Reads what a client may ask of an instance; null when there is none.</summary>
    Task<InstanceSnapshot?> ReadAsync(string id, CancellationToken cancellationToken);

    /// <summary>The events of an instance; null when there is none.</summary>
    Task<IReadOnlyList<ByteString>?> ReadHistoryAsync(string id, CancellationToken cancellationToken);

    /// <summary>Ids in their order, from a place on.</summary>
    /// <param name="after">The last id that is known; null = from the beginning.</param>
    /// <param name="count">How many at most.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task<IReadOnlyList<string>> ListAsync(string? after, int count, CancellationToken cancellationToken);

    /// <summary>Instances of this engine that something is to be done for: events wait, activities are open, or a time comes.</summary>
    Task<IReadOnlyList<DueInstance>> FindWorkAsync(CancellationToken cancellationToken);

    /// <summary>Ended instances whose time is up are removed; returns how many.</summary>
    Task<int> RemoveExpiredAsync(int atMost, CancellationToken cancellationToken);
}

/// <summary>An instance that waits for something; <paramref name="Due"/> null = at once.</summary>
internal sealed record DueInstance(string Id, DateTimeOffset? Due);

/// <summary>The store cannot be reached at present.</summary>
internal sealed class StoreUnavailableException(string message, Exception inner) : Exception(message, inner);

/// <summary>Others have taken this engine's instances over.</summary>
internal sealed class EngineLostException() : Exception("another engine has taken over the workflow instances of this one");

/// <summary>The store does not take a change.</summary>
internal sealed class StoreRefusedException(string message, Exception inner) : Exception(message, inner);
