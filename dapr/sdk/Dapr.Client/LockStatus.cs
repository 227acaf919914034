namespace Dapr.Client;

/// <summary>What became of a lock that was to be given back.</summary>
public enum LockStatus
{
    /// <summary>It is free.</summary>
    Success,

    /// <summary>There was none.</summary>
    LockDoesNotExist,

    /// <summary>Somebody else holds it.</summary>
    LockBelongsToOthers,

    /// <summary>The store failed.</summary>
    InternalError,
}
