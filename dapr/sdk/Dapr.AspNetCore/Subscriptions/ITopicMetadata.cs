namespace Dapr;

/// <summary>Says that an endpoint handles a topic.</summary>
public interface ITopicMetadata
{
    /// <summary>The topic.</summary>
    string Name { get; }

    /// <summary>Name of the pub/sub component.</summary>
    string PubsubName { get; }

    /// <summary>CEL expression over the event; null or empty matches every event.</summary>
    string? Match { get; }

    /// <summary>Order among the expressions of a topic; the lowest is tried first.</summary>
    int Priority { get; }
}
