namespace Dapr.Workflow;

/// <summary>Where an instance is in its life.</summary>
public enum WorkflowRuntimeStatus
{
    /// <summary>There is no such instance, or the sidecar says something that this version does not know.</summary>
    Unknown = -1,

    /// <summary>Under way.</summary>
    Running = 0,

    /// <summary>Ended with a result.</summary>
    Completed = 1,

    /// <summary>Starting over with a new input.</summary>
    ContinuedAsNew = 2,

    /// <summary>Ended with an exception.</summary>
    Failed = 3,

    /// <summary>Canceled; Dapr does not use it.</summary>
    Canceled = 4,

    /// <summary>Ended by <see cref="IDaprWorkflowClient.TerminateWorkflowAsync"/>.</summary>
    Terminated = 5,

    /// <summary>Stored and not begun.</summary>
    Pending = 6,

    /// <summary>Halted until it is resumed.</summary>
    Suspended = 7,

    /// <summary>Cannot go on with the code that the worker has, or outgrew the largest message.</summary>
    Stalled = 8,
}
