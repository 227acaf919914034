namespace Dapr.AspNetCore;

/// <summary>Lets an endpoint take many messages of a topic at once, beside the <see cref="TopicAttribute" /> that subscribes it.</summary>
[AttributeUsage(AttributeTargets.All, AllowMultiple = true)]
public class BulkSubscribeAttribute : Attribute, IBulkSubscribeMetadata
{
    /// <summary>Sets both limits.</summary>
    public BulkSubscribeAttribute(string topicName, int maxMessagesCount, int maxAwaitDurationMs)
        : this(topicName, maxMessagesCount) => MaxAwaitDurationMs = maxAwaitDurationMs;

    /// <summary>Sets the number of messages; waits up to 1,000 ms.</summary>
    public BulkSubscribeAttribute(string topicName, int maxMessagesCount)
        : this(topicName) => MaxMessagesCount = maxMessagesCount;

    /// <summary>Takes up to 100 messages, waits up to 1,000 ms.</summary>
    public BulkSubscribeAttribute(string topicName) => TopicName = topicName;

    /// <inheritdoc />
    public int MaxMessagesCount { get; } = 100;

    /// <inheritdoc />
    public int MaxAwaitDurationMs { get; } = 1000;

    /// <inheritdoc />
    public string TopicName { get; }
}
