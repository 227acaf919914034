namespace StocksDapr.Sidecar.Workflows.Dispatch;

/// <summary>What waits for a worker, and what workers are at. Any connected worker may take anything, in order, as far as the limits allow.</summary>
/// <param name="maxTurns">Turns that are out at once; null = any number.</param>
/// <param name="maxActivities">Activities that are out at once; null = any number.</param>
internal sealed class WorkQueue(int? maxTurns, int? maxActivities)
{
    /// <summary>So much is taken at once: written together, and flushed once.</summary>
    private const int MaxTaken = 64;

    private readonly Lock _lock = new();
    private readonly Queue<PendingWork> _turns = new();
    private readonly Queue<PendingWork> _activities = new();
    private readonly LinkedList<TaskCompletionSource> _idle = new();
    private int _turnsOut;
    private int _activitiesOut;

    /// <summary>Items that wait for a worker.</summary>
    public int Waiting
    {
        get
        {
            lock (_lock) return _turns.Count + _activities.Count;
        }
    }

    public void Add(PendingWork work)
    {
        lock (_lock)
        {
            work.Queue = this;
            (work.IsTurn ? _turns : _activities).Enqueue(work);
            WakeOne();
        }
    }

    /// <summary>The work is done, or nobody wants it any more. False when that was known.</summary>
    public bool Finish(PendingWork work)
    {
        if (work.Queue is { } other && other != this) return other.Finish(work);
        lock (_lock)
        {
            if (work.IsOver) return false;
            work.IsOver = true;
            if (work.Holder is not null) TakeBack(work);
            return true;
        }
    }

    /// <summary>A worker is gone: what it had goes to the others. Returns how much that was.</summary>
    public int Return(WorkerStream stream)
    {
        List<PendingWork> items;
        lock (_lock)
        {
            items = [.. stream.Items];
            items.ForEach(TakeBack);
        }

        foreach (var work in items) work.GiveBack(this);
        return items.Count;
    }

    /// <summary>Waits until there is something for this worker, and takes it.</summary>
    public async ValueTask TakeAsync(WorkerStream stream, List<PendingWork> into, CancellationToken cancellationToken)
    {
        while (true)
        {
            TaskCompletionSource waiter;
            lock (_lock)
            {
                cancellationToken.ThrowIfCancellationRequested();
                Take(_turns, ref _turnsOut, maxTurns, stream, into);
                Take(_activities, ref _activitiesOut, maxActivities, stream, into);
                if (into.Count > 0)
                {
                    // Whoever else waits may find the rest.
                    if (_turns.Count + _activities.Count > 0) WakeOne();
                    return;
                }

                waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _idle.AddLast(waiter);
            }

            try
            {
                await waiter.Task.WaitAsync(cancellationToken);
            }
            catch (OperationCanceledException)
            {
                lock (_lock)
                {
                    // The wake-up may have come in the same moment: another worker must get it.
                    if (!_idle.Remove(waiter)) WakeOne();
                }

                throw;
            }
        }
    }

    private static void Take(Queue<PendingWork> queue, ref int count, int? limit, WorkerStream stream, List<PendingWork> into)
    {
        while (into.Count < MaxTaken && (limit is null || count < limit) && queue.TryDequeue(out var work))
        {
            if (work.IsOver) continue;
            work.Holder = stream;
            stream.Items.Add(work);
            count++;
            into.Add(work);
        }
    }

    private void TakeBack(PendingWork work)
    {
        work.Holder!.Items.Remove(work);
        work.Holder = null;
        if (work.IsTurn) _turnsOut--;
        else _activitiesOut--;
        if (maxTurns is not null || maxActivities is not null) WakeOne();
    }

    private void WakeOne()
    {
        if (_idle.First is not { } first) return;
        _idle.RemoveFirst();
        first.Value.TrySetResult();
    }
}
