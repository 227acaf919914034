namespace Dapr.AspNetCore;

/// <summary>How an endpoint takes many messages of a topic at once.</summary>
public class BulkSubscribeTopicOptions
{
    /// <summary>How many messages a call may carry.</summary>
    public int MaxMessagesCount { get; set; } = 100;

    /// <summary>How long the sidecar waits for a call to fill, in milliseconds.</summary>
    public int MaxAwaitDurationMs { get; set; } = 1000;

    /// <summary>The topic.</summary>
    public string? TopicName { get; set; }
}
