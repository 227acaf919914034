using StocksDapr.Sidecar.Workflows.Storage;

namespace StocksDapr.Sidecar.Workflows.Instances;

/// <summary>Who waits for news of which instance.</summary>
internal sealed class Watchers
{
    private readonly Dictionary<string, List<TaskCompletionSource<InstanceSnapshot?>>> _waiting = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    public bool Any(string id)
    {
        lock (_lock) return _waiting.ContainsKey(id);
    }

    /// <summary>The next news of an instance; null = look for yourself. To be registered before looking, so that nothing is missed.</summary>
    public TaskCompletionSource<InstanceSnapshot?> Add(string id)
    {
        var waiter = new TaskCompletionSource<InstanceSnapshot?>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (!_waiting.TryGetValue(id, out var others)) _waiting[id] = others = [];
            others.Add(waiter);
        }

        return waiter;
    }

    /// <summary>Somebody has given up.</summary>
    public void Remove(string id, TaskCompletionSource<InstanceSnapshot?> waiter)
    {
        lock (_lock)
        {
            if (_waiting.TryGetValue(id, out var others) && others.Remove(waiter) && others.Count == 0) _waiting.Remove(id);
        }
    }

    public void Tell(string id, InstanceSnapshot? news)
    {
        List<TaskCompletionSource<InstanceSnapshot?>>? waiting;
        lock (_lock)
        {
            if (!_waiting.Remove(id, out waiting)) return;
        }

        foreach (var waiter in waiting) waiter.TrySetResult(news);
    }

    public void TellAll()
    {
        List<string> ids;
        lock (_lock) ids = [.. _waiting.Keys];
        foreach (var id in ids) Tell(id, null);
    }
}
