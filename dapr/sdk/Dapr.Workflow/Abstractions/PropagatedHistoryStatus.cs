namespace Dapr.Workflow;

/// <summary>How far a step of a propagated history got.</summary>
public enum PropagatedHistoryStatus
{
    /// <summary>Called, and not ended when the history was passed on.</summary>
    Pending = 0,

    /// <summary>Ended with a result.</summary>
    Completed = 1,

    /// <summary>Ended with a failure.</summary>
    Failed = 2,
}
