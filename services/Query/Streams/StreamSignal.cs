namespace StocksDapr.Query.Streams;

/// <summary>Wakes whoever waits for news of the stream. It promises nothing: who is woken reads, and who is not reads now and then.</summary>
internal sealed class StreamSignal
{
    private volatile TaskCompletionSource _next = New();

    /// <summary>Completes at the next <see cref="Pulse"/>; to be taken before the read whose sequel is waited for.</summary>
    public Task Next => _next.Task;

    public void Pulse() => Interlocked.Exchange(ref _next, New()).TrySetResult();

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
