namespace Dapr;

/// <summary>A name and value that the subscription hands to the pub/sub component.</summary>
public interface IOriginalTopicMetadata
{
    /// <summary>By which topics refer to this metadata; without it, it belongs to all topics of the endpoint.</summary>
    string? Id { get; }

    /// <summary>The name.</summary>
    string Name { get; }

    /// <summary>The value.</summary>
    string Value { get; }
}
