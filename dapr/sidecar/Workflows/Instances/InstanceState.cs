using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using StocksDapr.Protocol.TaskHub;

namespace StocksDapr.Sidecar.Workflows.Instances;

/// <summary>
/// The committed history of one instance, with what the engine needs to know of it. Events are kept as the bytes that workers get;
/// everything else here follows from them, so a history that is read back from the store gives the same state.
/// </summary>
internal sealed class InstanceState
{
    private readonly Dictionary<string, List<int>> _eventTimers = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> _patches = [];
    private readonly List<ChildReference> _children = [];
    private Lifecycle _lifecycle;

    /// <summary>The events, serialized, in order.</summary>
    public List<ByteString> History { get; } = [];

    /// <summary>Bytes of all events together.</summary>
    public long HistorySize { get; private set; }

    public Lifecycle Lifecycle => _lifecycle;

    /// <summary>The event that the generation began with; null before the first turn.</summary>
    public HistoryEvent? Start { get; private set; }

    /// <summary>The event that ended it; null before.</summary>
    public HistoryEvent? End { get; private set; }

    public int StartPosition { get; private set; } = -1;

    public int EndPosition { get; private set; } = -1;

    /// <summary>Time of the first event.</summary>
    public Timestamp? FirstAt { get; private set; }

    /// <summary>Time of the last event.</summary>
    public Timestamp? LastAt { get; private set; }

    public string? CustomStatus { get; set; }

    /// <summary>Names one execution of the instance: another after continue-as-new, and after the id was used again.</summary>
    public string ExecutionId => Start?.ExecutionStarted.WorkflowInstance?.ExecutionId ?? "";

    /// <summary>Activities without a result, by id.</summary>
    public Dictionary<int, HistoryEvent> OpenTasks { get; } = [];

    /// <summary>Timers that have not fired and still matter, by id.</summary>
    public Dictionary<int, TimerCreatedEvent> OpenTimers { get; } = [];

    /// <summary>Ids of children without a result.</summary>
    public HashSet<int> OpenChildren { get; } = [];

    /// <summary>All children of this execution, each once.</summary>
    public IReadOnlyList<ChildReference> Children => _children;

    /// <summary>The patches that earlier turns have recorded, in order.</summary>
    public IReadOnlyList<string> Patches => _patches;

    /// <summary>The stall that is the last event; null when it is none.</summary>
    public ExecutionStalledEvent? LastStall { get; private set; }

    /// <summary>Appends an event that is part of the history now.</summary>
    public void Append(HistoryEvent happened, ByteString bytes)
    {
        ArgumentNullException.ThrowIfNull(happened);
        ArgumentNullException.ThrowIfNull(bytes);
        var position = History.Count;
        History.Add(bytes);
        HistorySize += bytes.Length;
        FirstAt ??= happened.Timestamp;
        LastAt = happened.Timestamp;
        LastStall = happened.ExecutionStalled;
        _lifecycle.Apply(happened);
        switch (happened.EventTypeCase)
        {
            case HistoryEvent.EventTypeOneofCase.ExecutionStarted when Start is null:
                Start = happened;
                StartPosition = position;
                break;
            case HistoryEvent.EventTypeOneofCase.ExecutionCompleted when End is null:
                End = happened;
                EndPosition = position;
                break;
            case HistoryEvent.EventTypeOneofCase.WorkflowStarted:
                _patches.AddRange(happened.WorkflowStarted.Version?.Patches ?? []);
                break;
            case HistoryEvent.EventTypeOneofCase.TaskScheduled:
                OpenTasks[happened.EventId] = happened;
                break;
            case HistoryEvent.EventTypeOneofCase.ChildWorkflowInstanceCreated:
                AddChild(happened);
                break;
            case HistoryEvent.EventTypeOneofCase.TimerCreated:
                AddTimer(happened);
                break;
            case HistoryEvent.EventTypeOneofCase.EventRaised:
                CancelTimerOf(happened.EventRaised.Name);
                break;
            default:
                Resolve(happened);
                break;
        }
    }

    /// <summary>
    /// Whether an event from outside has something to say to this execution. A result whose task, child or timer is unknown, has another result already,
    /// or belongs to an execution before this one does not; nor does a second start.
    /// </summary>
    /// <param name="happened">The event.</param>
    /// <param name="executionId">The execution that it is meant for; empty for any.</param>
    public bool Admits(HistoryEvent happened, string executionId)
    {
        ArgumentNullException.ThrowIfNull(happened);
        if (executionId.Length > 0 && executionId != ExecutionId) return false;
        return happened.EventTypeCase switch
        {
            HistoryEvent.EventTypeOneofCase.ExecutionStarted => Start is null,
            HistoryEvent.EventTypeOneofCase.TaskCompleted => OpenTasks.ContainsKey(happened.TaskCompleted.TaskScheduledId),
            HistoryEvent.EventTypeOneofCase.TaskFailed => OpenTasks.ContainsKey(happened.TaskFailed.TaskScheduledId),
            HistoryEvent.EventTypeOneofCase.ChildWorkflowInstanceCompleted => OpenChildren.Contains(happened.ChildWorkflowInstanceCompleted.TaskScheduledId),
            HistoryEvent.EventTypeOneofCase.ChildWorkflowInstanceFailed => OpenChildren.Contains(happened.ChildWorkflowInstanceFailed.TaskScheduledId),
            HistoryEvent.EventTypeOneofCase.TimerFired => OpenTimers.ContainsKey(happened.TimerFired.TimerId),
            _ => true,
        };
    }

    private void Resolve(HistoryEvent happened)
    {
        switch (happened.EventTypeCase)
        {
            case HistoryEvent.EventTypeOneofCase.TaskCompleted:
                OpenTasks.Remove(happened.TaskCompleted.TaskScheduledId);
                break;
            case HistoryEvent.EventTypeOneofCase.TaskFailed:
                OpenTasks.Remove(happened.TaskFailed.TaskScheduledId);
                break;
            case HistoryEvent.EventTypeOneofCase.ChildWorkflowInstanceCompleted:
                OpenChildren.Remove(happened.ChildWorkflowInstanceCompleted.TaskScheduledId);
                break;
            case HistoryEvent.EventTypeOneofCase.ChildWorkflowInstanceFailed:
                OpenChildren.Remove(happened.ChildWorkflowInstanceFailed.TaskScheduledId);
                break;
            case HistoryEvent.EventTypeOneofCase.TimerFired:
                RemoveTimer(happened.TimerFired.TimerId);
                break;
            default:
                break;
        }
    }

    private void AddChild(HistoryEvent created)
    {
        OpenChildren.Add(created.EventId);
        var id = created.ChildWorkflowInstanceCreated.InstanceId;
        if (!_children.Exists(child => child.InstanceId == id)) _children.Add(new ChildReference(id, created.Router?.TargetAppID ?? ""));
    }

    private void AddTimer(HistoryEvent created)
    {
        OpenTimers[created.EventId] = created.TimerCreated;
        if (EventOf(created.TimerCreated) is not { } name) return;
        if (!_eventTimers.TryGetValue(name, out var waiting)) _eventTimers[name] = waiting = [];
        waiting.Add(created.EventId);
    }

    private void RemoveTimer(int id)
    {
        if (OpenTimers.Remove(id, out var timer) && EventOf(timer) is { } name && _eventTimers.TryGetValue(name, out var waiting)) waiting.Remove(id);
    }

    /// <summary>An event that came in time ends the oldest time limit that was set for it, as daprd pairs them.</summary>
    private void CancelTimerOf(string name)
    {
        if (!_eventTimers.TryGetValue(name, out var waiting) || waiting.Count == 0) return;
        OpenTimers.Remove(waiting[0]);
        waiting.RemoveAt(0);
    }

    /// <summary>The event that a timer limits the wait for; null for other timers. Workers before 1.18 only gave the timer the event's name.</summary>
    private static string? EventOf(TimerCreatedEvent timer) =>
        timer.OriginCase == TimerCreatedEvent.OriginOneofCase.ExternalEvent ? timer.ExternalEvent.Name
        : timer is { HasName: true, OriginCase: TimerCreatedEvent.OriginOneofCase.None } ? timer.Name
        : null;
}

/// <summary>A child workflow and the app that it runs in; empty = its parent's.</summary>
internal sealed record ChildReference(string InstanceId, string AppId);
