namespace Dapr.AspNetCore;

/// <summary>Says that an endpoint takes many messages of a topic at once.</summary>
public interface IBulkSubscribeMetadata
{
    /// <summary>How many messages a call may carry.</summary>
    int MaxMessagesCount { get; }

    /// <summary>How long the sidecar waits for a call to fill, in milliseconds.</summary>
    int MaxAwaitDurationMs { get; }

    /// <summary>The topic.</summary>
    string TopicName { get; }
}
