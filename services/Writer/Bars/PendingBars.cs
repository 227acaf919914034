using Dapr.AspNetCore;


namespace StocksDapr.Writer.Bars;

/// <summary>A message that waits to be stored, and the delivery that waits for it.</summary>
internal sealed class PendingBars(PreparedBars bars, TimeProvider time)
{
    private readonly TaskCompletionSource<BulkSubscribeAppResponseStatus> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string? _reason;

    public PreparedBars Bars { get; } = bars;

    /// <summary>When it arrived, by the clock's timestamp.</summary>
    public long ArrivedAt { get; } = time.GetTimestamp();

    /// <summary>Committed: whatever happens afterwards, it need not be stored again.</summary>
    public bool IsStored { get; set; }

    /// <summary>Why it was dropped.</summary>
    public string? Reason => _reason;

    public Task<BulkSubscribeAppResponseStatus> Answer => _answer.Task;

    public void Succeed() => _answer.TrySetResult(BulkSubscribeAppResponseStatus.SUCCESS);

    /// <summary>Without effect once another answer was given.</summary>
    public void GiveBack() => _answer.TrySetResult(BulkSubscribeAppResponseStatus.RETRY);

    public void Refuse(string reason)
    {
        _reason = reason;
        _answer.TrySetResult(BulkSubscribeAppResponseStatus.DROP);
    }
}
