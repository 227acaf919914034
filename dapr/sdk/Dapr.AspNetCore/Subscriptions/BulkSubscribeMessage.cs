namespace Dapr.AspNetCore;

/// <summary>Many messages of a topic, as the sidecar delivers them in one call. What the call does not contain is null.</summary>
/// <typeparam name="TValue">Type of an event; mostly <see cref="BulkMessageModel{TValue}" /> of the payload.</typeparam>
public class BulkSubscribeMessage<TValue>
{
    /// <summary>Makes an empty message, to be filled by a deserialiser.</summary>
    public BulkSubscribeMessage()
    {
    }

    /// <summary>Makes a message.</summary>
    public BulkSubscribeMessage(List<BulkSubscribeMessageEntry<TValue>> entries, string topic, Dictionary<string, string> metadata)
    {
        Entries = entries;
        Topic = topic;
        Metadata = metadata;
    }

    /// <summary>The messages.</summary>
    public List<BulkSubscribeMessageEntry<TValue>>? Entries { get; set; }

    /// <summary>The topic.</summary>
    public string? Topic { get; set; }

    /// <summary>Metadata of the call.</summary>
    public Dictionary<string, string>? Metadata { get; set; }
}
