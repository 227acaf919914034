namespace Dapr.Client;

/// <summary>What became of a bulk publish.</summary>
/// <typeparam name="TValue">Type of the events' data.</typeparam>
public class BulkPublishResponse<TValue>(List<BulkPublishResponseFailedEntry<TValue>> failedEntries)
{
    /// <summary>The events that the broker did not take; empty when it took all.</summary>
    public List<BulkPublishResponseFailedEntry<TValue>> FailedEntries { get; } = failedEntries;
}
