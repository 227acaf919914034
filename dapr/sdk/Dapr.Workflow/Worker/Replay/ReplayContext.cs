using Dapr.Common.Serialization;
using Microsoft.Extensions.Logging;
using StocksDapr.Protocol.TaskHub;

namespace Dapr.Workflow.Worker.Replay;

/// <summary>
/// The context that a workflow's code sees while its history is replayed. A step that the history has already is not made again, but compared; what breaks a rule is kept in
/// <see cref="Broken"/>, and the code is left waiting: an exception it could catch.
/// </summary>
internal sealed partial class ReplayContext : WorkflowContext
{
    private readonly History _history;
    private readonly IDaprSerializer _serializer;
    private readonly ILoggerFactory _loggers;
    private readonly TurnThread _thread;
    private readonly string? _appId;
    private readonly Guid _root;
    private readonly List<Step> _steps = [];
    private readonly EventBox _events = new();
    private readonly Dictionary<int, HistoryEvent> _early = [];
    private Dictionary<int, Step>? _renumbered;
    private object? _customStatus;
    private DateTime _now = DateTime.UnixEpoch;
    private bool _isReplaying;
    private int _guids;

    public ReplayContext(string instanceId, string? executionId, History history, IDaprSerializer serializer, ILoggerFactory loggers, TurnThread thread)
    {
        var started = history.Started!;
        var startedExecution = started.ExecutionStarted.WorkflowInstance?.ExecutionId;
        InstanceId = instanceId;
        Name = started.ExecutionStarted.Name;
        _history = history;
        _serializer = serializer;
        _loggers = loggers;
        _thread = thread;
        _appId = started.Router is { } router ? (string.IsNullOrEmpty(router.TargetAppID) ? router.SourceAppID : router.TargetAppID) : null;
        // An instance that continues as new keeps its id, but not its execution's: so its next run gets other ids than this one.
        _root = NameBasedGuid.Root(NotEmpty(executionId) ?? NotEmpty(startedExecution) ?? instanceId);
        Patches = new PatchLedger(history.Patches);
    }

    public override string Name { get; }

    public override string InstanceId { get; }

    public override DateTime CurrentUtcDateTime => _now;

    public override bool IsReplaying => _isReplaying;

    public PatchLedger Patches { get; }

    /// <summary>How the code broke a rule; null as long as it did not.</summary>
    public string? Broken { get; private set; }

    public IReadOnlyList<Step> Steps => _steps;

    public EventBox Events => _events;

    public ContinueAsNewStep? Continued { get; private set; }

    /// <summary>Whether the code waits for anything that can still come.</summary>
    public bool AwaitsSomething => _steps.Exists(step => !step.IsSettled) || _events.Awaited.Any();

    /// <summary>Null for none.</summary>
    public string? SerializedCustomStatus => _customStatus is null ? null : Payload.Write(_serializer, _customStatus);

    public override bool IsPatched(string patchName)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(patchName);
        return IsOnThread() && Patches.IsInPlace(patchName, _isReplaying);
    }

    public override void SetCustomStatus(object? customStatus)
    {
        if (IsOnThread())
            _customStatus = customStatus;
    }

    public override void SendEvent(string instanceId, string eventName, object payload)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(instanceId);
        ArgumentException.ThrowIfNullOrWhiteSpace(eventName);
        if (!IsOnThread())
            return;
        Add(new SentEventStep(new SendEventAction
        {
            Instance = new WorkflowInstance { InstanceId = instanceId },
            Name = eventName,
            Data = Payload.Write(_serializer, payload),
        }));
    }

    public override void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true)
    {
        // The engine takes the first ending of a turn.
        if (!IsOnThread() || Continued is not null)
            return;
        var step = new ContinueAsNewStep(Payload.Write(_serializer, newInput), preserveUnprocessedEvents);
        if (Add(step))
            Continued = step;
    }

    public override Guid NewGuid() => IsOnThread() ? NameBasedGuid.Create(_root, $"{InstanceId}_{_guids++}") : Guid.Empty;

    public override PropagatedHistory? GetPropagatedHistory() => PropagatedHistory;

    public PropagatedHistory? PropagatedHistory { get; init; }

    public override ILogger CreateReplaySafeLogger(string categoryName) => new ReplaySafeLogger(_loggers.CreateLogger(categoryName), this);

    public override ILogger CreateReplaySafeLogger(Type type) => new ReplaySafeLogger(_loggers.CreateLogger(type), this);

    public override ILogger CreateReplaySafeLogger<T>() => new ReplaySafeLogger(_loggers.CreateLogger<T>(), this);

    /// <summary>Keeps the first rule that was broken.</summary>
    public void Break(string violation) => Broken ??= violation;

    /// <summary>Numbers a step, and compares it with the one that the history has under that number.</summary>
    /// <returns>False when the step is not to be: the code goes no further.</returns>
    private bool Add(Step step)
    {
        if (Broken is not null)
            return false;

        step.Id = _steps.Count;
        var recorded = _history.StepAt(step.Id);
        if (recorded is not null && !IsSame(step, recorded) && !IsRenumbered(step, ref recorded))
        {
            var (kind, name) = Step.Of(recorded!)!.Value;
            Break(Violation.OtherStep(step.Id, Step.Describe(kind, name), step.ToString(), Violation.Caller()));
            return false;
        }

        if (recorded is null)
        {
            step.Action = step.ToAction();
            // A step of a turn that is over is in the history, unless something is wrong; then its place is worth knowing.
            if (_isReplaying)
                step.Origin = Violation.Caller();
        }

        _steps.Add(step);
        if (_early.Remove(step.Id, out var ended))
        {
            step.IsConfirmed = true;
            Settle(step, ended);
        }

        return Broken is null;
    }

    private static bool IsSame(Step step, HistoryEvent recorded) =>
        Step.Of(recorded) is var (kind, name) && kind == step.Kind && name.Equals(step.Name, StringComparison.OrdinalIgnoreCase);

    /// <summary>An engine may number a child's creation in its own way: then its instance id tells which it is.</summary>
    private bool IsRenumbered(Step step, ref HistoryEvent? recorded)
    {
        if (step.Action?.CreateChildWorkflow is not { } child || _history.ChildOf(child.InstanceId) is not { } created)
            return false;
        recorded = created;
        (_renumbered ??= [])[created.EventId] = step;
        return true;
    }

    /// <summary>Whether the code is where it may use its context; says so if it is not.</summary>
    private bool IsOnThread()
    {
        if (_thread.IsCurrent)
            return true;
        OutsideCall(Violation.Caller());
        return false;
    }

    private static string? NotEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
