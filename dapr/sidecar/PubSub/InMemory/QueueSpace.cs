namespace StocksDapr.Sidecar.PubSub.InMemory;

/// <summary>
/// The bytes that one queue may hold, what is under way included. Publishers that find no place wait in order. A message larger than the limit goes
/// into an empty queue.
/// </summary>
internal sealed class QueueSpace(long limit)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<(int Bytes, TaskCompletionSource Waiter)> _waiters = new();
    private long _used;
    private bool _closed;

    public bool TryReserve(int bytes)
    {
        lock (_lock)
        {
            if (!_closed && (_waiters.Count > 0 || !Fits(bytes))) return false;
            _used += bytes;
            return true;
        }
    }

    public Task ReserveAsync(int bytes, CancellationToken cancellationToken)
    {
        LinkedListNode<(int, TaskCompletionSource)> node;
        lock (_lock)
        {
            if (TryReserve(bytes)) return Task.CompletedTask;
            node = _waiters.AddLast((bytes, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)));
        }

        return WaitAsync(node, cancellationToken);
    }

    /// <summary>Takes place without asking.</summary>
    public void Take(int bytes)
    {
        lock (_lock) _used += bytes;
    }

    public void Release(int bytes)
    {
        lock (_lock)
        {
            _used -= bytes;
            Admit();
        }
    }

    /// <summary>Lets everybody through: the queue is gone.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _closed = true;
            Admit();
        }
    }

    private async Task WaitAsync(LinkedListNode<(int Bytes, TaskCompletionSource Waiter)> node, CancellationToken cancellationToken)
    {
        try
        {
            await node.Value.Waiter.Task.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            GiveUp(node);
            throw;
        }
    }

    private void GiveUp(LinkedListNode<(int Bytes, TaskCompletionSource Waiter)> node)
    {
        lock (_lock)
        {
            if (node.List is not null) _waiters.Remove(node);
            else _used -= node.Value.Bytes;
            Admit();
        }
    }

    private bool Fits(int bytes) => _used == 0 || _used + bytes <= limit;

    private void Admit()
    {
        while (_waiters.First is { } first && (_closed || Fits(first.Value.Bytes)))
        {
            _waiters.RemoveFirst();
            _used += first.Value.Bytes;
            first.Value.Waiter.TrySetResult();
        }
    }
}
