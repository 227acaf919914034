using Google.Protobuf.WellKnownTypes;
using StocksDapr.Protocol.TaskHub;

namespace StocksDapr.Sidecar.Workflows.Instances;

/// <summary>How a worker's answer becomes history, in daprd's order. Touches nothing but the turn.</summary>
/// <param name="appId">The app whose workflows these are.</param>
/// <param name="time">The clock.</param>
internal sealed class TurnRules(string appId, TimeProvider time)
{
    private readonly ActionRules _actions = new(appId, time);

    /// <summary>The event with which every turn begins: what the workflow takes for the current time.</summary>
    public HistoryEvent Begin() => new() { EventId = -1, Timestamp = Now(), WorkflowStarted = new WorkflowStartedEvent() };

    /// <summary>Applies an answer. Null when the workflow has started over: then the turn goes back to a worker.</summary>
    /// <exception cref="TurnRefusedException">The answer cannot be followed; nothing has happened.</exception>
    public TurnOutcome? Apply(Turn turn, WorkflowResponse response)
    {
        ArgumentNullException.ThrowIfNull(turn);
        ArgumentNullException.ThrowIfNull(response);
        NoteVersion(turn, response.Version);
        var life = turn.State.Lifecycle;
        foreach (var happened in turn.NewEvents) life.Apply(happened);
        var outcome = new TurnOutcome { Events = [.. turn.NewEvents], CustomStatus = response.CustomStatus, StartedOver = turn.Generations > 0 };
        foreach (var action in response.Actions)
        {
            var router = action.Router?.Clone() ?? new TaskRouter();
            router.SourceAppID = appId;
            if (action.WorkflowActionTypeCase != WorkflowAction.WorkflowActionTypeOneofCase.CompleteWorkflow)
            {
                if (action.WorkflowVersionNotAvailable is not null) return Stall(turn, StalledReason.VersionNotAvailable, $"Version not available: {VersionName(turn)}");
                _actions.Apply(turn, action, router, outcome);
            }
            else if (action.CompleteWorkflow.WorkflowStatus == OrchestrationStatus.ContinuedAsNew)
            {
                // A termination must not be lost with the history that it stands in, nor undo an end that came first.
                if (life.IsOver || turn.Termination is not null) continue;
                var next = _actions.StartOver(turn, action.CompleteWorkflow, router);
                if (turn.Generations >= Turn.MaxGenerations) return CutOff(next, response.CustomStatus);
                turn.StartOver(next);
                return null;
            }
            else if (!life.IsOver)
            {
                life.Apply(_actions.Complete(turn, action, router, outcome));
            }
        }

        if (turn.Termination is not null && !life.IsOver) outcome = Terminate(turn, response.CustomStatus);
        if (PatchMismatch(turn) is { } mismatch) return Stall(turn, StalledReason.PatchMismatch, mismatch);
        if (turn.Termination is { Recurse: true } termination) _actions.TerminateChildren(turn, outcome, termination);
        CompactPatches(turn);
        return outcome;
    }

    /// <summary>What is stored of a turn that cannot be had: that the instance is held, unless that is what the history ends with already.</summary>
    public TurnOutcome Stall(Turn turn, StalledReason reason, string description)
    {
        ArgumentNullException.ThrowIfNull(turn);
        var known = turn.State.LastStall is { } last && last.Description == description;
        return new TurnOutcome
        {
            Stalls = true,
            CustomStatus = turn.State.CustomStatus,
            Events = known
                ? []
                : [new HistoryEvent { EventId = -1, Timestamp = Now(), ExecutionStalled = new ExecutionStalledEvent { Reason = reason, Description = description } }],
        };
    }

    private Timestamp Now() => Timestamp.FromDateTimeOffset(time.GetUtcNow());

    private TurnOutcome Terminate(Turn turn, string? customStatus)
    {
        var outcome = new TurnOutcome { Events = [.. turn.NewEvents], CustomStatus = customStatus, StartedOver = turn.Generations > 0 };
        var action = new WorkflowAction
        {
            Id = -1,
            CompleteWorkflow = new CompleteWorkflowAction { WorkflowStatus = OrchestrationStatus.Terminated, Result = turn.Termination!.Input },
        };
        _actions.Complete(turn, action, new TaskRouter { SourceAppID = appId }, outcome);
        return outcome;
    }

    /// <summary>A workflow that does nothing but start over gives way after a while; its progress is stored, and what it carried over is delivered by the next turn.</summary>
    private static TurnOutcome CutOff(List<HistoryEvent> next, string? customStatus) => new()
    {
        StartedOver = true,
        GoesOn = true,
        CustomStatus = customStatus,
        Events = next.FindAll(happened => happened.EventTypeCase != HistoryEvent.EventTypeOneofCase.EventRaised),
        CarriedOver = next.FindAll(happened => happened.EventTypeCase == HistoryEvent.EventTypeOneofCase.EventRaised),
    };

    private static void NoteVersion(Turn turn, WorkflowVersion? version)
    {
        if (version is null || (version.Patches.Count == 0 && !version.HasName)) return;
        if (Started(turn) is { } started) started.Version = version;
    }

    private static WorkflowStartedEvent? Started(Turn turn) => turn.NewEvents.Find(happened => happened.WorkflowStarted is not null)?.WorkflowStarted;

    private static string VersionName(Turn turn)
    {
        foreach (var bytes in turn.State.History)
        {
            if (HistoryEvent.Parser.ParseFrom(bytes).WorkflowStarted is { } started) return started.Version?.Name ?? "";
        }

        return "";
    }

    /// <summary>The patches of the history must be what the worker's list begins with.</summary>
    private static string? PatchMismatch(Turn turn)
    {
        var before = turn.State.Patches;
        if (before.Count == 0) return null;
        var now = Started(turn)?.Version?.Patches.ToList() ?? [];
        return now.Count >= before.Count && now.Take(before.Count).SequenceEqual(before)
            ? null
            : $"Patch mismatch. History patches: [{string.Join(", ", before)}], current patches: [{string.Join(", ", now)}]. ";
    }

    /// <summary>Only what is new is recorded: the worker lists all patches every time.</summary>
    private static void CompactPatches(Turn turn)
    {
        if (Started(turn) is not { Version.Patches.Count: > 0 } started) return;
        var known = turn.State.Patches.ToList();
        var added = started.Version.Patches.Where(patch => !known.Remove(patch)).ToList();
        started.Version = added.Count == 0 ? null : new WorkflowVersion { Patches = { added } };
    }
}
