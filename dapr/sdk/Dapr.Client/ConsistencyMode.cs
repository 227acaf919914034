namespace Dapr.Client;

/// <summary>How far a write must have come before it counts, and how fresh a read must be.</summary>
public enum ConsistencyMode
{
    /// <summary>Replicas may lag.</summary>
    Eventual,

    /// <summary>All replicas, or a quorum, agree.</summary>
    Strong,
}
