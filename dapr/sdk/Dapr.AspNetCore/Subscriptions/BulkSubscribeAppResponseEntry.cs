namespace Dapr.AspNetCore;

/// <summary>What became of a message of a bulk delivery.</summary>
public class BulkSubscribeAppResponseEntry(string entryId, BulkSubscribeAppResponseStatus status)
{
    /// <summary>Names the message.</summary>
    public string EntryId { get; } = entryId;

    /// <summary>Name of the <see cref="BulkSubscribeAppResponseStatus" />.</summary>
    public string Status { get; } = status.ToString();
}
