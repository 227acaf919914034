using StocksDapr.Protocol.TaskHub;

namespace Dapr.Workflow.Worker.Replay;

/// <summary>
/// Runs a workflow's code through its history: turn by turn, event by event, on the calling thread. Turns that are over are compared with what the code does now;
/// what the code does in the new turn is the answer.
/// </summary>
internal sealed class HistoryReplay(History history, ReplayContext context, TurnThread thread)
{
    private const int NamedWaits = 3;

    private readonly List<HistoryEvent> _held = [];
    private int _verified;

    /// <summary>The workflow's code; null as long as it was not begun, because the instance was suspended before.</summary>
    public Task<object?>? Run { get; private set; }

    /// <summary>What the recorded patches say against this code; null when nothing.</summary>
    public string? PatchMismatch { get; private set; }

    public void Play(IWorkflow workflow, object? input)
    {
        var patches = 0;
        thread.Begin();
        try
        {
            foreach (var turn in history.Turns)
            {
                patches = turn.Patches;
                context.BeginTurn(turn.IsPast);
                if (turn.Runs)
                    Play(turn, workflow, input);
                else
                    Hold(turn);
                if (context.Broken is not null)
                    break;
            }

            if (context.Broken is null && Run is { IsCompleted: false } && context.Continued is null && !context.AwaitsSomething)
                context.Break(Violation.AwaitsOther(LastStep()));
        }
        finally
        {
            thread.End();
        }

        // Code without a patch that the history has takes other steps, naturally: then the patch is what is wrong.
        PatchMismatch = context.Patches.Mismatch(patches);
    }

    private void Play(HistoryTurn turn, IWorkflow workflow, object? input)
    {
        for (var i = turn.First; i < turn.End && context.Broken is null; i++)
        {
            var entry = history[i];
            if (entry.EventTypeCase == HistoryEvent.EventTypeOneofCase.WorkflowStarted && entry.Timestamp is { } now)
                context.SetTime(now.ToDateTime());
            if (i == turn.First)
                Release(workflow, input);
            Apply(entry, workflow, input);
        }

        if (turn.IsPast && context.Broken is null)
            Verify();
    }

    /// <summary>Keeps what came while the instance was suspended.</summary>
    private void Hold(HistoryTurn turn)
    {
        for (var i = turn.First; i < turn.End; i++)
            _held.Add(history[i]);
    }

    private void Release(IWorkflow workflow, object? input)
    {
        foreach (var entry in _held)
        {
            if (context.Broken is null)
                Apply(entry, workflow, input);
        }

        _held.Clear();
    }

    private void Apply(HistoryEvent entry, IWorkflow workflow, object? input)
    {
        switch (entry.EventTypeCase)
        {
            case HistoryEvent.EventTypeOneofCase.ExecutionStarted when ReferenceEquals(entry, history.Started):
                Begin(workflow, input);
                break;
            case HistoryEvent.EventTypeOneofCase.TaskScheduled:
            case HistoryEvent.EventTypeOneofCase.TimerCreated:
            case HistoryEvent.EventTypeOneofCase.ChildWorkflowInstanceCreated:
            case HistoryEvent.EventTypeOneofCase.EventSent:
                context.Confirm(entry, Doing);
                return;
            case HistoryEvent.EventTypeOneofCase.TaskCompleted:
                context.Settle(entry, entry.TaskCompleted.TaskScheduledId, entry.TaskCompleted.TaskExecutionId);
                break;
            case HistoryEvent.EventTypeOneofCase.TaskFailed:
                context.Settle(entry, entry.TaskFailed.TaskScheduledId, entry.TaskFailed.TaskExecutionId);
                break;
            case HistoryEvent.EventTypeOneofCase.ChildWorkflowInstanceCompleted:
                context.Settle(entry, entry.ChildWorkflowInstanceCompleted.TaskScheduledId, string.Empty);
                break;
            case HistoryEvent.EventTypeOneofCase.ChildWorkflowInstanceFailed:
                context.Settle(entry, entry.ChildWorkflowInstanceFailed.TaskScheduledId, string.Empty);
                break;
            case HistoryEvent.EventTypeOneofCase.TimerFired:
                context.Settle(entry, entry.TimerFired.TimerId, string.Empty);
                break;
            case HistoryEvent.EventTypeOneofCase.EventRaised:
                context.Raise(entry);
                break;
            default:
                return;
        }

        thread.Drain();
    }

    private void Begin(IWorkflow workflow, object? input)
    {
        try
        {
            Run = workflow.RunAsync(context, input);
        }
        catch (Exception thrown)
        {
            // Code that is not async throws right here; it fails the instance as any other exception of it.
            Run = Task.FromException<object?>(thrown);
        }
    }

    /// <summary>A turn that is over has all its steps in the history, and did not end the instance.</summary>
    private void Verify()
    {
        for (; _verified < context.Steps.Count; _verified++)
        {
            var step = context.Steps[_verified];
            if (step.IsConfirmed)
                continue;
            context.Break(Violation.ExtraStep(step.Id, step.ToString(), step.Origin));
            return;
        }

        if (Run is { IsCompleted: true })
            context.Break(Violation.EndsEarly(Doing()));
    }

    /// <summary>What the code is doing, for messages.</summary>
    private string Doing()
    {
        if (Run is null)
            return "has not begun";
        if (Run.IsCompletedSuccessfully)
            return "has returned";
        if (Run.IsCompleted)
            return $"has failed with {Run.Exception?.InnerException?.GetType().Name ?? nameof(TaskCanceledException)}";

        var waits = context.Steps.Where(step => !step.IsSettled).Select(step => $"step {step.Id} ({step})")
            .Concat(context.Events.Awaited.Select(name => $"event '{name}'"))
            .Take(NamedWaits + 1).ToList();
        if (waits.Count == 0)
            return "waits for something that is no task of its context";
        return $"waits for {string.Join(", ", waits.Take(NamedWaits))}{(waits.Count > NamedWaits ? " and more" : string.Empty)}";
    }

    private string LastStep() => context.Steps.Count == 0 ? "its beginning" : $"step {context.Steps.Count - 1} ({context.Steps[^1]})";
}
