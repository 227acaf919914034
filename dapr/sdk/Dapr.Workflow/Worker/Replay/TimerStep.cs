using Google.Protobuf.WellKnownTypes;
using StocksDapr.Protocol.TaskHub;

namespace Dapr.Workflow.Worker.Replay;

/// <summary>A durable timer.</summary>
internal sealed class TimerStep(Timestamp fireAt, Action<CreateTimerAction> setOrigin) : Step(StepKind.Timer, string.Empty)
{
    /// <summary>What a wait without limit writes in place of a time. A history without such a timer is as good as one with it.</summary>
    public static readonly Timestamp Never = new() { Seconds = 253402300799, Nanos = 999999999 };

    private readonly TaskCompletionSource _fired = new();

    public Task Fired => _fired.Task;

    /// <summary>Run when the time has come, before the code that awaits it.</summary>
    public Action? OnFired { get; set; }

    /// <summary>Ends the wait; the timer itself goes on.</summary>
    public void Cancel()
    {
        IsSettled = true;
        _fired.TrySetCanceled();
    }

    public override bool TrySettle(HistoryEvent ended)
    {
        if (ended.EventTypeCase != HistoryEvent.EventTypeOneofCase.TimerFired)
            return false;
        IsSettled = true;
        OnFired?.Invoke();
        _fired.TrySetResult();
        return true;
    }

    public override WorkflowAction ToAction()
    {
        var timer = new CreateTimerAction { FireAt = fireAt };
        setOrigin(timer);
        return new WorkflowAction { Id = Id, CreateTimer = timer };
    }

    /// <summary>Whether an event of the history tells of a timer of a wait without limit.</summary>
    public static bool IsOfEndlessWait(HistoryEvent? entry) =>
        entry?.TimerCreated is { OriginCase: TimerCreatedEvent.OriginOneofCase.ExternalEvent } created && Never.Equals(created.FireAt);
}
