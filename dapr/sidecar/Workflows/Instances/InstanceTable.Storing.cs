using Google.Protobuf;
using StocksDapr.Sidecar.Workflows.Storage;

namespace StocksDapr.Sidecar.Workflows.Instances;

/// <summary>How a turn is stored, and what follows once it is.</summary>
internal sealed partial class InstanceTable
{
    private void Store(ActiveInstance instance, Turn turn, TurnOutcome outcome)
    {
        lock (_lock)
        {
            if (instance.IsGone) return;
            instance.Version++;
            if (outcome.Stalls)
            {
                instance.Turn = null;
                instance.IsStoring = false;
                instance.Inbox.InsertRange(0, turn.Consumed);
                Hold(instance, outcome);
                return;
            }

            _committer.Add(ToWork(instance, [.. turn.Consumed.Where(item => item.Sequence > 0).Select(item => item.Sequence)], outcome));
        }
    }

    /// <summary>Brings the state on and says what is to be stored of it. Clients see it once it is.</summary>
    private TurnWork ToWork(ActiveInstance instance, List<long> consumed, TurnOutcome outcome)
    {
        if (outcome.StartedOver) instance.State = new InstanceState();
        var state = instance.State;
        var before = state.History.Count;
        foreach (var happened in outcome.Events) state.Append(happened, happened.ToByteString());
        state.CustomStatus = outcome.CustomStatus;
        instance.GoesOn = outcome.GoesOn;
        var life = state.Lifecycle;
        var work = new TurnWork
        {
            Id = instance.Id,
            Status = life.Status,
            HasWork = !life.IsOver && (state.OpenTasks.Count > 0 || outcome.GoesOn),
            NextDue = life.IsOver || state.OpenTimers.Count == 0 ? null : state.OpenTimers.Values.Min(timer => Moment(timer.FireAt)),
            CustomStatus = outcome.CustomStatus,
            StartPosition = state.StartPosition,
            EndPosition = state.EndPosition,
            HistoryLength = before,
            StartedOver = outcome.StartedOver,
            Events = state.History.GetRange(before, state.History.Count - before),
            Consumed = consumed,
            ExpiresAt = life.IsOver && _settings.Retention.Of(life.Status) is { } kept ? _time.GetUtcNow() + kept : null,
            Finished = work => OnTurnStored(instance, work, outcome),
            Failed = failure => OnTurnFailed(instance, failure),
        };
        foreach (var creation in outcome.Creations.Where(creation => StoresHere(creation.AppId))) work.Creations.Add(RowOf(creation));
        foreach (var message in outcome.Messages.Where(message => StoresHere(message.AppId))) work.Mails.Add(MailOf(message));
        foreach (var carried in outcome.CarriedOver) work.Mails.Add(new NewMail { Id = instance.Id, Event = carried.ToByteString() });
        return work;
    }

    private bool IsOwnApp(string appId) => appId.Length == 0 || appId == _settings.AppId;

    private bool StoresHere(string appId) => IsOwnApp(appId) || _store.SharesApps;

    private string KeyOf(string appId) => IsOwnApp(appId) ? "" : _settings.KeyOf(appId);

    private NewRow RowOf(NewInstance creation) => new()
    {
        AppId = KeyOf(creation.AppId),
        Id = creation.InstanceId,
        Start = creation.Start.ToByteString(),
        Due = creation.Start.ExecutionStarted.ScheduledStartTimestamp is { } due ? Moment(due) : null,
        Owner = _store.Membership.Id,
    };

    private NewMail MailOf(OutgoingEvent message) => new()
    {
        AppId = KeyOf(message.AppId),
        Id = message.InstanceId,
        Event = message.Event.ToByteString(),
        ExecutionId = message.ExecutionId,
    };

    private void OnTurnStored(ActiveInstance instance, TurnWork work, TurnOutcome outcome)
    {
        if (!work.Committed)
        {
            OnTurnFailed(instance, new EngineLostException());
            return;
        }

        if (work.Contested)
        {
            _ = SettleAsync(instance, work, outcome);
            return;
        }

        InstanceSnapshot? snapshot;
        lock (_lock)
        {
            foreach (var row in work.Creations.Where(row => row.AppId.Length == 0)) OnCreated(row);
            snapshot = instance.IsGone ? null : Follow(instance, outcome);
        }

        if (snapshot is not null) _watchers.Tell(instance.Id, snapshot);
        foreach (var mail in work.Mails)
        {
            if (mail.Outcome != MailOutcome.Stored) _log.EventForNobody(mail.Id);
            else if (mail.AppId.Length == 0) OnStored(mail);
        }

        foreach (var creation in outcome.Creations.Where(creation => !StoresHere(creation.AppId))) _otherApps.Create(creation.AppId, RowOf(creation));
        foreach (var message in outcome.Messages.Where(message => !StoresHere(message.AppId))) _otherApps.Deliver(message.AppId, MailOf(message));
    }

    /// <summary>What a stored turn sets going.</summary>
    private InstanceSnapshot Follow(ActiveInstance instance, TurnOutcome outcome)
    {
        instance.IsStoring = false;
        instance.Turn = null;
        instance.Version++;
        var state = instance.State;
        var snapshot = instance.Snapshot = InstanceSnapshot.Of(state, state.Lifecycle.IsOver ? 0 : _store.Membership.Id);
        if (state.Lifecycle.IsOver)
        {
            Drop(instance);
            return snapshot;
        }

        foreach (var (id, activity) in instance.Activities.Where(open => !state.OpenTasks.TryGetValue(open.Key, out var task) || task != open.Value.Scheduled).ToList())
        {
            _queue.Finish(activity);
            instance.Activities.Remove(id);
        }

        foreach (var scheduled in outcome.Events)
        {
            if (scheduled.TaskScheduled is not null && state.OpenTasks.ContainsKey(scheduled.EventId)) Dispatch(instance, scheduled);
        }

        SetMoments(instance);
        if (outcome.CarriedOver.Count == 0) Begin(instance);
        return snapshot;
    }

    /// <summary>Another engine has it, or the store will not take its turn: what is in memory of it is worth nothing.</summary>
    private void OnTurnFailed(ActiveInstance instance, Exception failure)
    {
        if (failure is not (EngineLostException or OperationCanceledException)) _log.InstanceFailed(failure, instance.Id);
        lock (_lock)
        {
            if (instance.IsGone) return;
            Drop(instance);
        }

        _watchers.Tell(instance.Id, null);
    }
}
