using RabbitMQ.Client;

namespace StocksDapr.Sidecar.PubSub.RabbitMq;

/// <summary>A message as a consumer got it, until it is acknowledged.</summary>
internal sealed class RabbitMqDelivery(IChannel channel, ulong tag, PubSubMessage message, bool isAcknowledged)
{
    public PubSubMessage Message { get; } = message;

    /// <summary>The channel that it came by is gone: the broker has put it back and sends it again.</summary>
    public bool IsStale => !isAcknowledged && channel.IsClosed;

    public Task AcknowledgeAsync(ILogger log) => SettleAsync(() => channel.BasicAckAsync(tag, multiple: false), log);

    public Task RefuseAsync(bool requeue, ILogger log) => SettleAsync(() => channel.BasicNackAsync(tag, multiple: false, requeue), log);

    // A failure here costs nothing but a second delivery.
    private async Task SettleAsync(Func<ValueTask> settle, ILogger log)
    {
        if (isAcknowledged) return;
        try
        {
            await settle();
        }
        catch (Exception lost)
        {
            log.NotAcknowledged(Message.Topic, RabbitMqException.Of(lost).Message);
        }
    }
}
