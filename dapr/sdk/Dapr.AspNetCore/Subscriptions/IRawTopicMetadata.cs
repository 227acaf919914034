namespace Dapr;

/// <summary>Says whether a topic's messages are no CloudEvents.</summary>
public interface IRawTopicMetadata
{
    /// <summary>Whether messages come as they were published, without envelope.</summary>
    bool? EnableRawPayload { get; }
}
