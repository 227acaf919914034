using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using StocksDapr.Protocol.TaskHub;
using StocksDapr.Sidecar.Workflows.Dispatch;
using StocksDapr.Sidecar.Workflows.Storage;

namespace StocksDapr.Sidecar.Workflows.Instances;

/// <summary>
/// The instances that this engine has in memory: it owns them, and they have something to do or had lately. Mail and timers bring them here from the store.
/// One lock guards all of them; nothing waits under it.
/// </summary>
internal sealed partial class InstanceTable : IAsyncDisposable
{
    private const int LoadsAtOnce = 8;
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(1);

    private readonly WorkflowSettings _settings;
    private readonly IWorkflowStore _store;
    private readonly Committer _committer;
    private readonly WorkQueue _queue;
    private readonly Watchers _watchers;
    private readonly IOtherApps _otherApps;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly TurnRules _rules;
    private readonly TimerQueue _timers;
    private readonly Dictionary<string, ActiveInstance> _instances = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _loads = new(LoadsAtOnce);
    private readonly CancellationToken _stopping;
    private readonly Lock _lock = new();
    private long _tokens;
    private volatile bool _workersEcho;
    private volatile bool _workersAreMute;

    public InstanceTable(
        WorkflowSettings settings,
        IWorkflowStore store,
        Committer committer,
        WorkQueue queue,
        Watchers watchers,
        IOtherApps otherApps,
        TimeProvider time,
        ILogger log,
        CancellationToken stopping)
    {
        (_settings, _store, _committer, _queue, _watchers, _otherApps, _time, _log, _stopping) = (settings, store, committer, queue, watchers, otherApps, time, log, stopping);
        _rules = new TurnRules(settings.AppId, time);
        _timers = new TimerQueue(time, OnDue);
    }

    /// <summary>Instances in memory.</summary>
    public int Count
    {
        get
        {
            lock (_lock) return _instances.Count;
        }
    }

    /// <summary>What clients see of an instance; null when it is not in memory.</summary>
    public InstanceSnapshot? Snapshot(string id)
    {
        lock (_lock) return _instances.GetValueOrDefault(id)?.Snapshot;
    }

    /// <summary>An instance has been created, with its first event in its inbox.</summary>
    public void OnCreated(NewRow row)
    {
        if (row.Owner != _store.Membership.Id) return;
        lock (_lock)
        {
            if (_instances.Remove(row.Id, out var before)) Forget(before);
            var instance = new ActiveInstance(row.Id) { IsLoaded = true, UsesTokens = before is { Turn: not null } };
            instance.Snapshot = InstanceSnapshot.Of(instance.State, row.Owner);
            instance.Inbox.Add(InboxItem.Of(row.Sequence, row.Start.Span, ""));
            _instances.Add(row.Id, instance);
            Begin(instance);
        }
    }

    /// <summary>This engine has put an event into the inbox of an instance.</summary>
    public void OnStored(NewMail mail)
    {
        if (mail.Owner != _store.Membership.Id) return;
        lock (_lock)
        {
            if (!_instances.TryGetValue(mail.Id, out var instance))
            {
                Load(mail.Id);
                return;
            }

            instance.Inbox.Add(InboxItem.Of(mail.Sequence, mail.Event.Span, mail.ExecutionId));
            instance.IsHeld = false;
            Begin(instance);
        }
    }

    /// <summary>There is, or may be, something in the store that memory does not know: events in the inbox, activities, a timer that is due.</summary>
    public void Look(string id)
    {
        lock (_lock) Load(id);
    }

    /// <summary>Has an instance looked at when its time comes.</summary>
    public void LookAt(string id, DateTimeOffset due) => _timers.Add(new DueMoment(due, id, DueMoment.Whole));

    /// <summary>A worker is there after a time without: what was held tries again.</summary>
    public void TryHeldAgain()
    {
        lock (_lock)
        {
            foreach (var instance in _instances.Values.Where(instance => instance.IsHeld))
            {
                instance.IsHeld = false;
                Begin(instance);
            }
        }
    }

    /// <summary>The instances are not this engine's any more.</summary>
    public void ForgetAll()
    {
        lock (_lock)
        {
            foreach (var instance in _instances.Values) Forget(instance);
            _instances.Clear();
            _timers.Clear();
        }

        _watchers.TellAll();
    }

    /// <summary>An instance has been removed from the store.</summary>
    public void Remove(string id)
    {
        lock (_lock)
        {
            if (_instances.Remove(id, out var instance)) Forget(instance);
        }

        _watchers.Tell(id, null);
    }

    /// <summary>Lets go of instances that nothing is under way for, oldest first, until no more than that many are left. They come back when they are needed.</summary>
    public void Shrink(int keep)
    {
        lock (_lock)
        {
            if (_instances.Count <= keep) return;
            foreach (var idle in _instances.Values.Where(instance => instance.IsIdle && !_watchers.Any(instance.Id)).OrderBy(instance => instance.TouchedAt).Take(_instances.Count - keep).ToList())
            {
                // Its moments stay set: when one comes, the instance is read again.
                idle.IsGone = true;
                _instances.Remove(idle.Id);
            }
        }
    }

    /// <summary>An activity's result. Completes when it is durable, or nobody waits for it.</summary>
    public Task CompleteActivityAsync(ActivityResponse response)
    {
        lock (_lock)
        {
            if (!_instances.TryGetValue(response.InstanceId, out var instance) || !instance.Activities.TryGetValue(response.TaskId, out var activity)) return Task.CompletedTask;
            if (activity.Completion is not null) return activity.Completion;
            _queue.Finish(activity);
            var bytes = ResultOf(activity, response).ToByteString();
            var work = new AppendWork(new NewMail { Id = activity.InstanceId, Event = bytes, ExecutionId = activity.ExecutionId }, OnStored);
            activity.Completion = work.Done;
            _ = ReadAgainIfRefusedAsync(instance, work.Done);
            _committer.Add(work);
            return work.Done;
        }
    }

    /// <summary>A result that the store did not take: the activity is open still, and given out again with the rest of what the store knows.</summary>
    private async Task ReadAgainIfRefusedAsync(ActiveInstance instance, Task stored)
    {
        try
        {
            await stored;
        }
        catch (Exception failure)
        {
            OnTurnFailed(instance, failure);
            LookAt(instance.Id, _time.GetUtcNow() + RetryPause);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _timers.DisposeAsync();
        lock (_lock)
        {
            foreach (var instance in _instances.Values) Forget(instance);
            _instances.Clear();
        }

        _loads.Dispose();
    }

    private Timestamp Now() => Timestamp.FromDateTimeOffset(_time.GetUtcNow());

    private HistoryEvent ResultOf(PendingActivity activity, ActivityResponse response)
    {
        var task = activity.Scheduled.TaskScheduled;
        var result = new HistoryEvent { EventId = -1, Timestamp = Now(), Router = activity.Scheduled.Router };
        if (response.FailureDetails is not null)
            result.TaskFailed = new TaskFailedEvent { TaskScheduledId = activity.TaskId, FailureDetails = response.FailureDetails, TaskExecutionId = task.TaskExecutionId };
        else
            result.TaskCompleted = new TaskCompletedEvent { TaskScheduledId = activity.TaskId, Result = response.Result, TaskExecutionId = task.TaskExecutionId };
        return result;
    }

    private void OnDue(DueMoment moment)
    {
        lock (_lock)
        {
            if (!_instances.TryGetValue(moment.InstanceId, out var instance))
            {
                Load(moment.InstanceId);
                return;
            }

            if (moment.TimerId == DueMoment.Whole)
            {
                Begin(instance);
                return;
            }

            if (!instance.Moments.Remove(moment.TimerId) || !instance.State.OpenTimers.TryGetValue(moment.TimerId, out var timer)) return;
            var fired = new TimerFiredEvent { TimerId = moment.TimerId, FireAt = timer.FireAt };
            instance.Inbox.Add(InboxItem.Fired(new HistoryEvent { EventId = -1, Timestamp = Now(), TimerFired = fired }));
            instance.IsHeld = false;
            Begin(instance);
        }
    }

    private void Dispatch(ActiveInstance instance, HistoryEvent scheduled)
    {
        var activity = new PendingActivity(instance.Id, instance.State.ExecutionId, scheduled);
        instance.Activities[scheduled.EventId] = activity;
        var target = scheduled.Router?.TargetAppID ?? "";
        if (target.Length == 0 || target == _settings.AppId) _queue.Add(activity);
        else _otherApps.Dispatch(target, activity);
    }

    /// <summary>Sets what is due of an instance, and nothing else.</summary>
    private void SetMoments(ActiveInstance instance)
    {
        foreach (var (id, moment) in instance.Moments.Where(set => !instance.State.OpenTimers.ContainsKey(set.Key)).ToList())
        {
            _timers.Remove(moment);
            instance.Moments.Remove(id);
        }

        foreach (var (id, timer) in instance.State.OpenTimers)
        {
            if (instance.Moments.ContainsKey(id) || Wired(instance, id)) continue;
            var moment = new DueMoment(Moment(timer.FireAt), instance.Id, id);
            instance.Moments.Add(id, moment);
            _timers.Add(moment);
        }
    }

    /// <summary>The timer has fired, and the next turn takes it.</summary>
    private static bool Wired(ActiveInstance instance, int timer) => instance.Inbox.Exists(item => item.Event.TimerFired?.TimerId == timer);

    /// <summary>Protobuf's times are finer than the clock's; rounded up, so that nothing fires early.</summary>
    private static DateTimeOffset Moment(Timestamp? at)
    {
        if (at is null) return DateTimeOffset.MinValue;
        if (at.Seconds >= DateTimeOffset.MaxValue.ToUnixTimeSeconds()) return DateTimeOffset.MaxValue;
        if (at.Seconds < DateTimeOffset.MinValue.ToUnixTimeSeconds()) return DateTimeOffset.MinValue;
        return DateTimeOffset.FromUnixTimeSeconds(at.Seconds).AddTicks((at.Nanos + TimeSpan.NanosecondsPerTick - 1) / TimeSpan.NanosecondsPerTick);
    }

    private void Drop(ActiveInstance instance)
    {
        if (!instance.IsGone) _instances.Remove(instance.Id);
        Forget(instance);
    }

    /// <summary>Drops what is under way for an instance.</summary>
    private void Forget(ActiveInstance instance)
    {
        instance.IsGone = true;
        if (instance.Turn is not null) _queue.Finish(instance.Turn);
        foreach (var activity in instance.Activities.Values) _queue.Finish(activity);
        instance.Activities.Clear();
        foreach (var moment in instance.Moments.Values) _timers.Remove(moment);
        instance.Moments.Clear();
    }
}
