using StocksDapr.Protocol.TaskHub;

namespace Dapr.Workflow.Worker.Replay;

/// <summary>What the replay tells the context.</summary>
internal sealed partial class ReplayContext
{
    /// <summary>Called when code uses the context on another thread or after its turn; gets the place in the code, if that is known.</summary>
    public required Action<string?> OutsideCall { get; init; }

    public void BeginTurn(bool isPast) => _isReplaying = isPast;

    public void SetTime(DateTime now) => _now = now;

    /// <summary>The history has this step.</summary>
    /// <param name="created">The event that tells so.</param>
    /// <param name="doing">What the code does instead, should it not have made the step.</param>
    public void Confirm(HistoryEvent created, Func<string> doing)
    {
        var step = _renumbered is not null && _renumbered.TryGetValue(created.EventId, out var renumbered) ? renumbered : StepAt(created.EventId);
        if (step is not null)
        {
            step.IsConfirmed = true;
            return;
        }

        var (kind, name) = Step.Of(created)!.Value;
        Break(Violation.MissingStep(created.EventId, Step.Describe(kind, name), doing()));
    }

    /// <summary>A step has ended.</summary>
    public void Settle(HistoryEvent ended, int id, string taskExecutionId)
    {
        var step = _renumbered is not null && _renumbered.TryGetValue(id, out var renumbered) ? renumbered : StepAt(id);
        step ??= StepOf(taskExecutionId);
        if (step is null)
            _early.TryAdd(id, ended);
        else
            Settle(step, ended);
    }

    public void Raise(HistoryEvent raised)
    {
        if (_events.TakeWait(raised) is not { } wait)
            return;
        var detached = TurnThread.Detach();
        wait.Deliver(raised.EventRaised.Input);
        TurnThread.Attach(detached);
    }

    private void Settle(Step step, HistoryEvent ended)
    {
        // The first ending counts; a wait that was cancelled has ended too.
        if (step.IsSettled)
            return;
        var detached = TurnThread.Detach();
        var fits = step.TrySettle(ended);
        TurnThread.Attach(detached);
        if (!fits)
            Break(Violation.WrongResult(step.Id, ended.EventTypeCase.ToString(), step.ToString(), step.Origin));
    }

    private Step? StepAt(int id) => id >= 0 && id < _steps.Count ? _steps[id] : null;

    /// <summary>The open activity of that execution id; for engines that number in their own way.</summary>
    private Step? StepOf(string taskExecutionId) =>
        taskExecutionId.Length == 0
            ? null
            : _steps.Find(step => step is { Kind: StepKind.Activity, IsSettled: false } && TaskExecutionId(step.Id, step.Name).Equals(taskExecutionId, StringComparison.Ordinal));
}
