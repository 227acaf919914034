namespace Dapr;

/// <summary>Names the topic for messages that could not be handled.</summary>
public interface IDeadLetterTopicMetadata
{
    /// <summary>The dead letter topic; null when there is none.</summary>
    string? DeadLetterTopic { get; }
}
