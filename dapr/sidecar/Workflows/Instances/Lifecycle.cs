using StocksDapr.Protocol.TaskHub;

namespace StocksDapr.Sidecar.Workflows.Instances;

/// <summary>What the events of a history say about the status of their instance. A value, so that a turn can look ahead without touching the instance.</summary>
internal struct Lifecycle
{
    private OrchestrationStatus? _end;
    private bool _suspended;

    public bool Started { get; private set; }

    public bool Stalled { get; private set; }

    public readonly bool IsOver => _end is not null;

    /// <summary>PENDING, RUNNING, SUSPENDED, STALLED, or how it ended.</summary>
    public readonly OrchestrationStatus Status =>
        !Started ? Stalled ? OrchestrationStatus.Stalled : OrchestrationStatus.Pending
        : _end ?? (Stalled ? OrchestrationStatus.Stalled : _suspended ? OrchestrationStatus.Suspended : OrchestrationStatus.Running);

    public void Apply(HistoryEvent happened)
    {
        Stalled = false;
        switch (happened.EventTypeCase)
        {
            case HistoryEvent.EventTypeOneofCase.ExecutionStarted:
                Started = true;
                break;
            case HistoryEvent.EventTypeOneofCase.ExecutionCompleted:
                _end ??= happened.ExecutionCompleted.WorkflowStatus;
                break;
            case HistoryEvent.EventTypeOneofCase.ExecutionSuspended:
                _suspended = true;
                break;
            case HistoryEvent.EventTypeOneofCase.ExecutionResumed:
                _suspended = false;
                break;
            case HistoryEvent.EventTypeOneofCase.ExecutionStalled:
                Stalled = true;
                break;
            default:
                break;
        }
    }

    /// <summary>True for the states that nothing leads out of.</summary>
    public static bool IsEnd(OrchestrationStatus status) =>
        status is OrchestrationStatus.Completed or OrchestrationStatus.Failed or OrchestrationStatus.Terminated or OrchestrationStatus.Canceled;
}
