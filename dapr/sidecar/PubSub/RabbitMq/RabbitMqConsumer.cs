using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace StocksDapr.Sidecar.PubSub.RabbitMq;

/// <summary>One consumer on a channel of its own: hands over what arrives, in order, until the channel closes or the broker ends it.</summary>
internal sealed class RabbitMqConsumer : AsyncDefaultBasicConsumer, IAsyncDisposable
{
    /// <summary>AMQP's limit of a consumer tag, in bytes.</summary>
    private const int LongestTag = 255;

    private readonly TaskCompletionSource<string> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string _topic;
    private readonly bool _autoAck;
    private readonly RabbitMqProperties _properties;
    private readonly Action<RabbitMqDelivery> _receive;
    private readonly ILogger _log;
    private string _tag = "";

    private RabbitMqConsumer(IChannel channel, string topic, bool autoAck, RabbitMqProperties properties, Action<RabbitMqDelivery> receive, ILogger log) : base(channel)
    {
        _topic = topic;
        _autoAck = autoAck;
        _properties = properties;
        _receive = receive;
        _log = log;
    }

    /// <summary>Ends, with the reason, when nothing will arrive any more.</summary>
    public Task<string> Ended => _ended.Task;

    /// <summary>Declares the queue and begins to consume it.</summary>
    /// <exception cref="RabbitMqException">The broker cannot be reached, or refuses.</exception>
    public static async Task<RabbitMqConsumer> StartAsync(
        RabbitMqConnection connection, RabbitMqQueue queue, RabbitMqTopology topology, RabbitMqPubSubSettings settings, RabbitMqProperties properties,
        Action<RabbitMqDelivery> receive, ILogger log, CancellationToken cancellationToken)
    {
        var channel = await connection.OpenChannelAsync(confirms: false, cancellationToken);
        var consumer = new RabbitMqConsumer(channel, queue.Topic, settings.AutoAck, properties, receive, log);
        try
        {
            await topology.DeclareAsync(channel, queue, cancellationToken);
            var tag = $"{queue.Name}-{Guid.NewGuid()}";
            consumer._tag = tag.Length > LongestTag ? tag[^LongestTag..] : tag;
            await channel.BasicConsumeAsync(queue.Name, settings.AutoAck, consumer._tag, noLocal: false, exclusive: false, arguments: null, consumer, cancellationToken);
            return consumer;
        }
        catch (Exception failure)
        {
            await consumer.DisposeAsync();
            cancellationToken.ThrowIfCancellationRequested();
            throw RabbitMqException.Of(failure);
        }
    }

    /// <summary>Tells the broker to send nothing more. What it has sent stays unacknowledged.</summary>
    public async Task CancelAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Channel.BasicCancelAsync(_tag, noWait: false, cancellationToken);
        }
        catch (Exception gone)
        {
            // With the channel, which closes next, the consumer is gone anyway.
            _log.ConsumerNotCancelled(_tag, gone.Message);
        }
    }

    public override Task HandleBasicDeliverAsync(
        string consumerTag, ulong deliveryTag, bool redelivered, string exchange, string routingKey, IReadOnlyBasicProperties properties,
        ReadOnlyMemory<byte> body, CancellationToken cancellationToken = default)
    {
        // The client takes its buffer back when this returns, and sends the next message only then: copied once, and handed on.
        var message = new PubSubMessage(_topic, body.ToArray(), _properties.Read(properties));
        _receive(new RabbitMqDelivery(Channel, deliveryTag, message, _autoAck));
        return Task.CompletedTask;
    }

    public override Task HandleBasicCancelAsync(string consumerTag, CancellationToken cancellationToken = default)
    {
        _ended.TrySetResult("the broker cancelled the consumer: its queue was deleted");
        return base.HandleBasicCancelAsync(consumerTag, cancellationToken);
    }

    public override Task HandleChannelShutdownAsync(object channel, ShutdownEventArgs reason)
    {
        _ended.TrySetResult(RabbitMqException.Closed(reason).Message);
        return base.HandleChannelShutdownAsync(channel, reason);
    }

    public async ValueTask DisposeAsync()
    {
        await Channel.AbortAsync();
        await Channel.DisposeAsync();
    }
}
