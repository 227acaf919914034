namespace Dapr.Client;

/// <summary>One event of a bulk publish.</summary>
/// <typeparam name="TValue">Type of the event's data.</typeparam>
public class BulkPublishEntry<TValue>(string entryId, TValue eventData, string contentType, IReadOnlyDictionary<string, string>? metadata = null)
{
    /// <summary>Position of the event in the call, as text.</summary>
    public string EntryId { get; } = entryId;

    /// <summary>The event's data.</summary>
    public TValue EventData { get; } = eventData;

    /// <summary>Content type under which the data was sent.</summary>
    public string ContentType { get; } = contentType;

    /// <summary>Metadata of the event.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; } = metadata;
}
