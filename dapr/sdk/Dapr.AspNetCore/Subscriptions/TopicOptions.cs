namespace Dapr;

/// <summary>How an endpoint subscribes to a topic.</summary>
public class TopicOptions
{
    /// <summary>Names and values that the subscription hands to the pub/sub component.</summary>
    public IDictionary<string, string>? Metadata;

    /// <summary>The topic.</summary>
    public string? Name { get; set; }

    /// <summary>Name of the pub/sub component.</summary>
    public string? PubsubName { get; set; }

    /// <summary>Whether messages come as they were published, without envelope.</summary>
    public bool EnableRawPayload { get; set; }

    /// <summary>CEL expression over the event; null or empty matches every event.</summary>
    public string? Match { get; set; }

    /// <summary>Order among the expressions of a topic; the lowest is tried first.</summary>
    public int Priority { get; set; }

    /// <summary>Ids of the topic's own metadata.</summary>
    public string[]? OwnedMetadatas { get; set; }

    /// <summary>What stands between values of the same name.</summary>
    public string? MetadataSeparator { get; set; }

    /// <summary>The topic for messages that could not be handled.</summary>
    public string? DeadLetterTopic { get; set; }
}
