using StocksDapr.Protocol.TaskHub;

namespace Dapr.Workflow.Worker.Replay;

/// <summary>What has happened to an instance, cut into the turns in which it was told to a worker.</summary>
internal sealed class History
{
    private readonly IReadOnlyList<HistoryEvent> _past;
    private readonly IReadOnlyList<HistoryEvent> _fresh;
    private readonly List<HistoryEvent?> _steps = [];
    private readonly List<HistoryTurn> _turns = [];
    private readonly List<string> _patches = [];

    public History(IReadOnlyList<HistoryEvent> past, IReadOnlyList<HistoryEvent> fresh)
    {
        _past = past;
        _fresh = fresh;
        var cut = new TurnCutter();
        for (var i = 0; i < Count; i++)
        {
            if (i > 0 && (i == past.Count || this[i].EventTypeCase == HistoryEvent.EventTypeOneofCase.WorkflowStarted))
                _turns.Add(cut.Take(i, i <= past.Count, _patches.Count));
            Read(this[i], cut);
        }

        if (Count > 0)
            _turns.Add(cut.Take(Count, fresh.Count == 0, _patches.Count));
    }

    public int Count => _past.Count + _fresh.Count;

    public HistoryEvent this[int index] => index < _past.Count ? _past[index] : _fresh[index - _past.Count];

    public IReadOnlyList<HistoryTurn> Turns => _turns;

    /// <summary>The beginning of the run; the last one, should there be several.</summary>
    public HistoryEvent? Started { get; private set; }

    /// <summary>Set when the instance is to end without its code.</summary>
    public ExecutionTerminatedEvent? Terminated { get; private set; }

    /// <summary>Patches that earlier turns have met, in order.</summary>
    public IReadOnlyList<string> Patches => _patches;

    /// <summary>The first number that no step of an earlier turn has.</summary>
    public int StepCount => _steps.Count;

    /// <summary>The step of that number, if an earlier turn has made it.</summary>
    public HistoryEvent? StepAt(int id) => id < _steps.Count ? _steps[id] : null;

    /// <summary>A child that an earlier turn has made, by its instance id.</summary>
    public HistoryEvent? ChildOf(string instanceId) =>
        _steps.Find(step => step?.ChildWorkflowInstanceCreated is { } child && child.InstanceId.Equals(instanceId, StringComparison.Ordinal));

    private void Read(HistoryEvent entry, TurnCutter turn)
    {
        switch (entry.EventTypeCase)
        {
            case HistoryEvent.EventTypeOneofCase.ExecutionStarted:
                Started = entry;
                break;
            case HistoryEvent.EventTypeOneofCase.ExecutionTerminated:
                Terminated = entry.ExecutionTerminated;
                break;
            case HistoryEvent.EventTypeOneofCase.ExecutionSuspended:
                turn.IsSuspended = true;
                break;
            case HistoryEvent.EventTypeOneofCase.ExecutionResumed:
                turn.IsSuspended = false;
                break;
            case HistoryEvent.EventTypeOneofCase.WorkflowStarted when entry.WorkflowStarted.Version is { } version:
                _patches.AddRange(version.Patches);
                break;
            case HistoryEvent.EventTypeOneofCase.TaskScheduled:
            case HistoryEvent.EventTypeOneofCase.TimerCreated:
            case HistoryEvent.EventTypeOneofCase.ChildWorkflowInstanceCreated:
            case HistoryEvent.EventTypeOneofCase.EventSent:
                turn.HasSteps = true;
                AddStep(entry);
                break;
        }
    }

    private void AddStep(HistoryEvent entry)
    {
        // A number that no workflow can have reached is a broken history, not a reason to take gigabytes.
        if (entry.EventId < 0 || entry.EventId > Count * 8)
            return;
        while (_steps.Count <= entry.EventId)
            _steps.Add(null);
        _steps[entry.EventId] ??= entry;
    }

    private sealed class TurnCutter
    {
        private int _first;

        public bool IsSuspended { get; set; }

        public bool HasSteps { get; set; }

        public HistoryTurn Take(int end, bool isPast, int patches)
        {
            // A turn that ends suspended is not run. Other workers may have run it all the same; then it has steps.
            var turn = new HistoryTurn(_first, end, isPast, !IsSuspended || HasSteps, patches);
            _first = end;
            HasSteps = false;
            return turn;
        }
    }
}
