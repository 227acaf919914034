namespace Dapr.AspNetCore;

/// <summary>The answer to a bulk delivery. A message that it does not mention is retried.</summary>
public class BulkSubscribeAppResponse(List<BulkSubscribeAppResponseEntry> statuses)
{
    /// <summary>What became of each message.</summary>
    public List<BulkSubscribeAppResponseEntry> Statuses { get; } = statuses;
}
