using System.Globalization;
using StocksDapr.Protocol.TaskHub;
using StocksDapr.Sidecar.Workflows.Dispatch;
using StocksDapr.Sidecar.Workflows.Storage;

namespace StocksDapr.Sidecar.Workflows.Instances;

/// <summary>How an instance is brought on: begin a turn, and apply the worker's answer.</summary>
internal sealed partial class InstanceTable
{
    /// <summary>daprd leaves so much of the message limit for what comes around the events.</summary>
    private const int PayloadPercent = 95;

    /// <summary>A worker's answer. False when it is none that we wait for.</summary>
    public bool CompleteTurn(WorkflowResponse response)
    {
        ActiveInstance? instance;
        PendingTurn turn;
        lock (_lock)
        {
            if (!_instances.TryGetValue(response.InstanceId, out instance) || instance is { Turn: null } or { IsStoring: true }) return false;
            turn = instance.Turn;
            if (response.CompletionToken != turn.Token)
            {
                // A late answer to an earlier turn, perhaps to one that an engine before this one gave out; but there may be workers that never send a
                // token back. Such a one will not when it is asked once more either.
                if (response.CompletionToken.Length > 0 || _workersEcho) return false;
                if (!_workersAreMute && !instance.WasAskedAgain)
                {
                    instance.WasAskedAgain = true;
                    if (_queue.Finish(turn)) Send(instance, turn.Turn);
                    return false;
                }

                _workersAreMute = true;
            }
            else if (turn.Token.Length > 0)
            {
                _workersEcho = true;
            }

            instance.IsStoring = true;
            _queue.Finish(turn);
        }

        try
        {
            if (_rules.Apply(turn.Turn, response) is { } outcome) Store(instance, turn.Turn, outcome);
            else StartOver(instance, turn.Turn);
        }
        catch (TurnRefusedException refused)
        {
            _log.TurnRefused(instance.Id, refused.Message);
            Refuse(instance, turn.Turn, refused.Retry);
        }
        catch (Exception failure)
        {
            // Whatever a worker sends must not keep the instance from going on: it is read again from what is stored.
            OnTurnFailed(instance, failure);
            LookAt(instance.Id, _time.GetUtcNow() + RetryPause);
        }

        return true;
    }

    /// <summary>Its worker is gone, and another gets it: answers of the first one may still come.</summary>
    public void OnGivenBack(PendingTurn turn, string instanceId)
    {
        lock (_lock)
        {
            if (!_instances.TryGetValue(instanceId, out var instance) || instance.Turn != turn || instance.IsStoring || !_queue.Finish(turn)) return;
            instance.UsesTokens = true;
            Send(instance, turn.Turn);
        }
    }

    /// <summary>Begins a turn, if there is a reason to and none is under way.</summary>
    private void Begin(ActiveInstance instance)
    {
        instance.TouchedAt = _time.GetTimestamp();
        if (!instance.IsLoaded || instance.IsGone || instance.Turn is not null || instance.IsStoring || instance.IsHeld) return;
        if ((instance.Inbox.Count == 0 && !instance.GoesOn) || WaitsForStart(instance)) return;

        var admitted = Admit(instance);
        if (admitted.Count == 0 && !instance.GoesOn)
        {
            var sequences = instance.Inbox.Where(item => item.Sequence > 0).Select(item => item.Sequence).ToList();
            instance.Inbox.Clear();
            instance.Version++;
            if (sequences.Count > 0) _committer.Add(new DiscardWork(sequences));
            return;
        }

        var turn = new Turn(instance.State, instance.Inbox) { Termination = admitted.Find(item => item.Event.ExecutionTerminated is not null)?.Event.ExecutionTerminated };
        var size = instance.State.HistorySize + admitted.Sum(item => (long)item.Size);
        if (_settings.MaxMessageSize > 0 && size > _settings.MaxMessageSize * (long)PayloadPercent / 100)
        {
            var limit = _settings.MaxMessageSize;
            Hold(instance, _rules.Stall(turn, StalledReason.PayloadSizeExceeded, $"Workflow payload size {size} bytes exceeds {PayloadPercent}% of max gRPC body size {limit} bytes; increase daprd --max-body-size and restart to resume"));
            return;
        }

        turn.NewEvents.Add(_rules.Begin());
        foreach (var item in admitted)
        {
            if (item.Event.ExecutionStarted is not null) item.Event.Router ??= new TaskRouter { SourceAppID = _settings.AppId };
            turn.NewEvents.Add(item.Event);
        }

        instance.Inbox = [];
        Send(instance, turn);
    }

    private void Send(ActiveInstance instance, Turn turn)
    {
        instance.Version++;
        instance.Turn = new PendingTurn(instance.Id, turn, instance.UsesTokens ? NextToken() : "")
        {
            GivenBack = returned => OnGivenBack(returned, instance.Id),
        };
        _queue.Add(instance.Turn);
    }

    /// <summary>Unlike those of all other engines, those before this one included.</summary>
    private string NextToken() => string.Create(CultureInfo.InvariantCulture, $"{_store.Membership.Id}-{Interlocked.Increment(ref _tokens)}");

    /// <summary>A start that is set for later waits, with all that comes before it but an order to end.</summary>
    private bool WaitsForStart(ActiveInstance instance)
    {
        if (instance.State.Start is not null) return false;
        if (instance.Inbox.Exists(item => item.Event.ExecutionTerminated is not null)) return false;
        if (instance.Inbox.Find(item => item.Event.ExecutionStarted is not null)?.Event.ExecutionStarted.ScheduledStartTimestamp is not { } scheduled) return false;
        var due = Moment(scheduled);
        if (due <= _time.GetUtcNow()) return false;
        _timers.Add(new DueMoment(due, instance.Id, DueMoment.Whole));
        return true;
    }

    /// <summary>What of the inbox has something to say: a second result for the same thing in one turn has not.</summary>
    private static List<InboxItem> Admit(ActiveInstance instance)
    {
        var seen = new HashSet<(HistoryEvent.EventTypeOneofCase Kind, int Id)>();
        return instance.Inbox.FindAll(item => instance.State.Admits(item.Event, item.ExecutionId) && (KeyOf(item.Event) is not { } key || seen.Add(key)));
    }

    private static (HistoryEvent.EventTypeOneofCase Kind, int Id)? KeyOf(HistoryEvent happened) => happened.EventTypeCase switch
    {
        HistoryEvent.EventTypeOneofCase.ExecutionStarted => (HistoryEvent.EventTypeOneofCase.ExecutionStarted, 0),
        HistoryEvent.EventTypeOneofCase.TaskCompleted => (HistoryEvent.EventTypeOneofCase.TaskCompleted, happened.TaskCompleted.TaskScheduledId),
        HistoryEvent.EventTypeOneofCase.TaskFailed => (HistoryEvent.EventTypeOneofCase.TaskCompleted, happened.TaskFailed.TaskScheduledId),
        HistoryEvent.EventTypeOneofCase.ChildWorkflowInstanceCompleted =>
            (HistoryEvent.EventTypeOneofCase.ChildWorkflowInstanceCompleted, happened.ChildWorkflowInstanceCompleted.TaskScheduledId),
        HistoryEvent.EventTypeOneofCase.ChildWorkflowInstanceFailed =>
            (HistoryEvent.EventTypeOneofCase.ChildWorkflowInstanceCompleted, happened.ChildWorkflowInstanceFailed.TaskScheduledId),
        HistoryEvent.EventTypeOneofCase.TimerFired => (HistoryEvent.EventTypeOneofCase.TimerFired, happened.TimerFired.TimerId),
        _ => null,
    };

    private void StartOver(ActiveInstance instance, Turn turn)
    {
        lock (_lock)
        {
            if (instance.IsGone) return;
            instance.IsStoring = false;
            Send(instance, turn);
        }
    }

    /// <summary>Nothing of the turn has happened; it is tried again a little later, or when something else happens.</summary>
    private void Refuse(ActiveInstance instance, Turn turn, bool retry)
    {
        lock (_lock)
        {
            if (instance.IsGone) return;
            instance.IsStoring = false;
            instance.Turn = null;
            instance.Version++;
            instance.Inbox.InsertRange(0, turn.Consumed);
            instance.IsHeld = true;
        }

        if (retry) _ = TryAgainAsync(instance);
    }

    private async Task TryAgainAsync(ActiveInstance instance)
    {
        await Task.Delay(RetryPause, _time, _stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_lock)
        {
            if (instance.IsGone) return;
            instance.IsHeld = false;
            Begin(instance);
        }
    }

    /// <summary>Notes in the store that the instance is held, and leaves its inbox as it is.</summary>
    private void Hold(ActiveInstance instance, TurnOutcome outcome)
    {
        instance.IsHeld = true;
        if (outcome.Events.Count == 0) return;
        _log.WorkflowStalled(instance.Id, outcome.Events[^1].ExecutionStalled.Description);
        instance.IsStoring = true;
        _committer.Add(ToWork(instance, [], outcome));
    }
}
