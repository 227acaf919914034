namespace StocksDapr.Collector.Providers.Keys;

/// <summary>A request that no key can pay yet.</summary>
/// <param name="Id">Names it.</param>
/// <param name="Replica">Who waits with it; null when its caller was sent away and comes again.</param>
/// <param name="Credits">What it costs.</param>
/// <param name="DueSince">Since when what it asks for has been due, UTC.</param>
/// <param name="Since">Since when it waits, UTC.</param>
/// <param name="Until">When its caller comes again, UTC; null for one that waits here.</param>
internal sealed record WaitingRequest(string Id, string? Replica, int Credits, DateTimeOffset? DueSince, DateTimeOffset Since, DateTimeOffset? Until = null)
{
    /// <summary><see cref="RequestCost.IsDispensable"/>.</summary>
    public bool IsDispensable { get; init; }

    /// <summary>The most overdue first, what has never been due last; of equals, who came first.</summary>
    public static readonly IComparer<WaitingRequest> Order = Comparer<WaitingRequest>.Create((one, other) =>
    {
        var due = (one.DueSince ?? DateTimeOffset.MaxValue).CompareTo(other.DueSince ?? DateTimeOffset.MaxValue);
        var since = due != 0 ? due : one.Since.CompareTo(other.Since);
        return since != 0 ? since : string.CompareOrdinal(one.Id, other.Id);
    });
}
