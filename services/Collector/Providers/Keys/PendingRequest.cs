namespace StocksDapr.Collector.Providers.Keys;

/// <summary>A request of this replica that waits for a grant.</summary>
internal sealed class PendingRequest(string id, RequestCost cost, DateTimeOffset since, DateTimeOffset deadline)
{
    private readonly TaskCompletionSource<KeyGrant> _grant = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Id => id;

    public RequestCost Cost => cost;

    /// <summary>When its caller is told to come again rather than held any longer, UTC.</summary>
    public DateTimeOffset Deadline => deadline;

    public Task<KeyGrant> Grant => _grant.Task;

    public void Leave(CancellationToken cancellationToken) => _grant.TrySetCanceled(cancellationToken);

    public void Answer(KeyGrant grant) => _grant.TrySetResult(grant with { Cost = cost });

    public void Refuse(ProviderErrorKind kind, string detail, TimeSpan? retryAfter = null) => Answer(new KeyGrant(0, null, new ProviderError(kind, detail, retryAfter)));

    public WaitingRequest AsWaiting(string replica) => new(Id, replica, cost.Credits, cost.DueSince, since) { IsDispensable = cost.IsDispensable };
}
