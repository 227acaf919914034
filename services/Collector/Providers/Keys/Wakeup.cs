namespace StocksDapr.Collector.Providers.Keys;

/// <summary>Lets one loop sleep until a time has passed or somebody wakes it. Being woken while awake counts.</summary>
internal sealed class Wakeup(TimeProvider time)
{
    private TaskCompletionSource _sleep = new();
    private int _isSet;

    public void Set()
    {
        Volatile.Write(ref _isSet, 1);
        Volatile.Read(ref _sleep).TrySetResult();
    }

    /// <returns>Whether somebody woke it.</returns>
    public async Task<bool> WaitAsync(TimeSpan atMost, CancellationToken cancellationToken)
    {
        var sleep = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _sleep, sleep);
        if (Interlocked.Exchange(ref _isSet, 0) == 0)
        {
            await using var timer = time.CreateTimer(_ => sleep.TrySetResult(), null, atMost, Timeout.InfiniteTimeSpan);
            await using var end = cancellationToken.Register(() => sleep.TrySetCanceled(cancellationToken));
            await sleep.Task;
            return Interlocked.Exchange(ref _isSet, 0) == 1;
        }

        cancellationToken.ThrowIfCancellationRequested();
        return true;
    }
}
