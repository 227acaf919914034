namespace Dapr.Workflow.Client;

/// <summary>What an event of an instance's history tells.</summary>
public enum WorkflowHistoryEventType
{
    /// <summary>Something that this version does not know.</summary>
    Unknown = 0,

    /// <summary>The instance was started, or began anew.</summary>
    ExecutionStarted,

    /// <summary>The instance ended.</summary>
    ExecutionCompleted,

    /// <summary>The instance was terminated.</summary>
    ExecutionTerminated,

    /// <summary>An activity was called.</summary>
    TaskScheduled,

    /// <summary>An activity gave its result.</summary>
    TaskCompleted,

    /// <summary>An activity failed.</summary>
    TaskFailed,

    /// <summary>A child was called.</summary>
    SubOrchestrationInstanceCreated,

    /// <summary>A child gave its result.</summary>
    SubOrchestrationInstanceCompleted,

    /// <summary>A child failed.</summary>
    SubOrchestrationInstanceFailed,

    /// <summary>A timer was set.</summary>
    TimerCreated,

    /// <summary>A timer fired.</summary>
    TimerFired,

    /// <summary>A turn began.</summary>
    OrchestratorStarted,

    /// <summary>A turn ended; Dapr does not write it.</summary>
    OrchestratorCompleted,

    /// <summary>An event was sent to another instance.</summary>
    EventSent,

    /// <summary>An event came.</summary>
    EventRaised,

    /// <summary>Dapr does not write it.</summary>
    GenericEvent,

    /// <summary>Dapr does not write it.</summary>
    HistoryState,

    /// <summary>The instance began anew.</summary>
    ContinueAsNew,

    /// <summary>The instance was suspended.</summary>
    ExecutionSuspended,

    /// <summary>The instance was resumed.</summary>
    ExecutionResumed,

    /// <summary>The instance could not go on.</summary>
    ExecutionStalled,
}
