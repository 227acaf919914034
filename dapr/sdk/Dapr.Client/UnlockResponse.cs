namespace Dapr.Client;

/// <summary>The answer to giving a lock back.</summary>
public class UnlockResponse(LockStatus status)
{
    /// <summary>What became of the lock.</summary>
    public LockStatus status { get; set; } = status;
}
