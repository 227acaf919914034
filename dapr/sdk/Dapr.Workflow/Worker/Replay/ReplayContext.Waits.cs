using Google.Protobuf.WellKnownTypes;
using StocksDapr.Protocol.TaskHub;

namespace Dapr.Workflow.Worker.Replay;

/// <summary>Timers and external events.</summary>
internal sealed partial class ReplayContext
{
    public override Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken)
    {
        if (fireAt.Kind != DateTimeKind.Utc)
            throw new ArgumentException("The time of a timer must be in UTC.", nameof(fireAt));
        if (!IsOnThread())
            return Never<object>();

        var timer = Timer(Timestamp.FromDateTime(fireAt), action => action.CreateTimer = new TimerOriginCreateTimer());
        OnCancel(cancellationToken, timer.Cancel);
        return timer.Fired;
    }

    public override Task<T> WaitForExternalEventAsync<T>(string eventName, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(eventName);
        if (!IsOnThread())
            return Never<T>();

        var wait = Wait<T>(eventName);
        if (wait.IsOpen)
            OnCancel(cancellationToken, () => wait.Cancel(cancellationToken));
        return wait.Received;
    }

    public override Task<T> WaitForExternalEventAsync<T>(string eventName, TimeSpan timeout)
    {
        ArgumentNullException.ThrowIfNull(eventName);
        if (!IsOnThread())
            return Never<T>();
        if (timeout == TimeSpan.Zero)
            return Task.FromException<T>(new TaskCanceledException($"The wait for event '{eventName}' has no time."));

        var timer = timeout < TimeSpan.Zero
            ? EndlessTimer(eventName)
            : Timer(Later(timeout), action => action.ExternalEvent = new TimerOriginExternalEvent { Name = eventName });
        var wait = Wait<T>(eventName);
        if (!wait.IsOpen)
        {
            timer?.Cancel();
        }
        else if (timer is not null)
        {
            wait.Timer = timer;
            timer.OnFired = () => wait.Cancel(CancellationToken.None);
        }

        return wait.Received;
    }

    private EventWait<T> Wait<T>(string eventName)
    {
        var wait = new EventWait<T>(_serializer);
        if (_events.TakeEvent(eventName) is { } raised)
            wait.Deliver(raised.EventRaised.Input);
        else
            _events.Add(eventName, wait);
        return wait;
    }

    /// <summary>
    /// The timer of a wait without limit never fires: it only shows in the history that somebody waits. Histories of other workers may lack it, so it is not set where the
    /// history has something else or has gone on.
    /// </summary>
    private TimerStep? EndlessTimer(string eventName)
    {
        var recorded = _history.StepAt(_steps.Count);
        if (recorded is null ? _isReplaying : !TimerStep.IsOfEndlessWait(recorded))
            return null;
        return Timer(TimerStep.Never, action => action.ExternalEvent = new TimerOriginExternalEvent { Name = eventName });
    }

    private TimerStep Timer(Timestamp fireAt, Action<CreateTimerAction> setOrigin)
    {
        var timer = new TimerStep(fireAt, setOrigin);
        Add(timer);
        return timer;
    }

    private Timestamp Later(TimeSpan delay) =>
        Timestamp.FromDateTime(delay < DateTime.MaxValue - _now ? _now + delay : DateTime.SpecifyKind(DateTime.MaxValue, DateTimeKind.Utc));

    private void OnCancel(CancellationToken cancellationToken, Action cancel)
    {
        if (!cancellationToken.CanBeCanceled)
            return;
        cancellationToken.Register(() =>
        {
            if (!IsOnThread())
                return;
            var detached = TurnThread.Detach();
            cancel();
            TurnThread.Attach(detached);
        });
    }
}
