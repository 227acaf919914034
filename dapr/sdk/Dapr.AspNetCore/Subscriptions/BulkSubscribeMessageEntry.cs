namespace Dapr.AspNetCore;

/// <summary>One of many messages. What the call does not contain is null.</summary>
/// <typeparam name="TValue">Type of the event.</typeparam>
public class BulkSubscribeMessageEntry<TValue>
{
    /// <summary>Makes an empty entry, to be filled by a deserialiser.</summary>
    public BulkSubscribeMessageEntry()
    {
    }

    /// <summary>Makes an entry.</summary>
    public BulkSubscribeMessageEntry(string entryId, string contentType, Dictionary<string, string> metadata, TValue eventData)
    {
        EntryId = entryId;
        ContentType = contentType;
        Metadata = metadata;
        Event = eventData;
    }

    /// <summary>Names the message in the answer; every entry that the sidecar delivers has one.</summary>
    public string EntryId { get; set; } = null!;

    /// <summary>Content type of <see cref="Event" />.</summary>
    public string? ContentType { get; set; }

    /// <summary>Metadata of the message.</summary>
    public Dictionary<string, string>? Metadata { get; set; }

    /// <summary>The event.</summary>
    public TValue? Event { get; set; }
}
