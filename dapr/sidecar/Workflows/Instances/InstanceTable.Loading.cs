using StocksDapr.Protocol.TaskHub;
using StocksDapr.Sidecar.Workflows.Storage;

namespace StocksDapr.Sidecar.Workflows.Instances;

/// <summary>How an instance comes from the store into memory, and mail of one that is there.</summary>
internal sealed partial class InstanceTable
{
    private void Load(string id)
    {
        if (!_instances.TryGetValue(id, out var instance)) _instances.Add(id, instance = new ActiveInstance(id));
        _ = Task.Run(() => LoadAsync(instance));
    }

    private async Task LoadAsync(ActiveInstance instance)
    {
        try
        {
            await _loads.WaitAsync(_stopping);
            try
            {
                while (!await TryLoadAsync(instance)) await Task.Delay(RetryPause, _time, _stopping);
            }
            finally
            {
                _loads.Release();
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // Whoever owns it next reads it.
        }
        catch (Exception failure)
        {
            // Damaged history: others must not suffer from it.
            _log.InstanceFailed(failure, instance.Id);
            lock (_lock)
            {
                if (!instance.IsLoaded) Drop(instance);
            }
        }
    }

    /// <summary>Reads an instance, or the mail of one that is here. False when it has to be read again.</summary>
    private async Task<bool> TryLoadAsync(ActiveInstance instance)
    {
        while (true)
        {
            int version;
            lock (_lock)
            {
                if (instance.IsGone) return true;
                version = instance.Version;
            }

            StoredInstance? stored;
            try
            {
                stored = await _store.LoadAsync(instance.Id, _stopping);
            }
            catch (StoreUnavailableException)
            {
                return false;
            }

            lock (_lock)
            {
                if (instance.IsGone) return true;

                // A turn was begun or stored while we read: what we have read of the inbox may be consumed by now.
                if (instance.Version != version) continue;
                if (stored is null || stored.Owner != _store.Membership.Id || Lifecycle.IsEnd(stored.Status))
                {
                    Drop(instance);
                    return true;
                }

                Merge(instance, stored);
                Begin(instance);
                return true;
            }
        }
    }

    private void Merge(ActiveInstance instance, StoredInstance stored)
    {
        var known = instance.Inbox.Concat(instance.Turn?.Turn.Consumed ?? []).Where(item => item.Sequence > 0).Select(item => item.Sequence).ToHashSet();
        instance.Inbox.AddRange(stored.Inbox.Where(item => !known.Contains(item.Sequence)));
        instance.Inbox = [.. instance.Inbox.OrderBy(item => item.Sequence == 0 ? long.MaxValue : item.Sequence)];
        if (instance.IsLoaded)
        {
            instance.IsHeld = false;
            return;
        }

        foreach (var bytes in stored.History) instance.State.Append(HistoryEvent.Parser.ParseFrom(bytes), bytes);
        instance.State.CustomStatus = stored.CustomStatus;
        instance.IsLoaded = true;
        instance.UsesTokens = true;
        instance.Snapshot = InstanceSnapshot.Of(instance.State, stored.Owner);
        instance.GoesOn = stored is { HasWork: true, Inbox.Count: 0 } && instance.State.OpenTasks.Count == 0;
        SetMoments(instance);
        var answered = stored.Inbox.Where(item => instance.State.Admits(item.Event, item.ExecutionId)).Select(item => TaskOf(item.Event)).ToHashSet();
        foreach (var task in instance.State.OpenTasks.Values.OrderBy(task => task.EventId))
        {
            if (!answered.Contains(task.EventId)) Dispatch(instance, task);
        }

        _watchers.Tell(instance.Id, instance.Snapshot);
    }

    private static int? TaskOf(HistoryEvent happened) => happened.TaskCompleted?.TaskScheduledId ?? happened.TaskFailed?.TaskScheduledId;
}
