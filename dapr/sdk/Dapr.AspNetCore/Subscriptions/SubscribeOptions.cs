namespace Dapr;

/// <summary>How the application answers when the sidecar asks for its subscriptions.</summary>
public class SubscribeOptions
{
    /// <summary>Whether all subscriptions take messages without envelope.</summary>
    public bool EnableRawPayload { get; set; }
}
