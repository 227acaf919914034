using System.Globalization;
using RabbitMQ.Client;
using StocksDapr.Sidecar.Go;

namespace StocksDapr.Sidecar.PubSub.RabbitMq;

/// <summary>
/// The exchanges and queues of daprd, under its names and with its arguments: a sidecar of either kind finds what the other has declared. Whoever uses
/// another name, flag or argument gets <c>PRECONDITION_FAILED</c> from the broker.
/// </summary>
internal sealed class RabbitMqTopology(RabbitMqPubSubSettings settings)
{
    private const string DeadLetterKind = "fanout";
    private const string Classic = "classic";
    private const string Quorum = "quorum";

    /// <summary>Declares the exchange of a topic.</summary>
    public Task DeclareExchangeAsync(IChannel channel, string topic, CancellationToken cancellationToken) => channel.ExchangeDeclareAsync(
        topic, settings.ExchangeKind, settings.Durable, settings.DeleteWhenUnused, arguments: null, cancellationToken: cancellationToken);

    /// <summary>Declares a subscription's exchange, its queue and the bindings, and sets the prefetch of consumers that start on this channel.</summary>
    public async Task DeclareAsync(IChannel channel, RabbitMqQueue queue, CancellationToken cancellationToken)
    {
        await DeclareExchangeAsync(channel, queue.Topic, cancellationToken);
        var arguments = Lengths();
        if (settings.EnableDeadLetter) arguments["x-dead-letter-exchange"] = await DeclareDeadLettersAsync(channel, queue.Name, cancellationToken);
        foreach (var (name, value) in queue.Arguments) arguments[name] = value;
        await channel.QueueDeclareAsync(queue.Name, settings.Durable, exclusive: false, settings.DeleteWhenUnused, arguments, cancellationToken: cancellationToken);
        if (settings.PrefetchCount > 0) await channel.BasicQosAsync(0, settings.PrefetchCount, global: false, cancellationToken);
        foreach (var key in queue.RoutingKeys) await channel.QueueBindAsync(queue.Name, queue.Topic, key, cancellationToken: cancellationToken);
    }

    /// <summary>What a subscription's metadata asks for.</summary>
    /// <exception cref="SubscriptionRefusedException">A value makes no sense.</exception>
    public RabbitMqQueue QueueOf(string topic, IReadOnlyDictionary<string, string> metadata)
    {
        var type = Text(metadata, "queueType") ?? Classic;
        if (type is not (Classic or Quorum)) throw new SubscriptionRefusedException($"invalid queue type {type}. Valid types are {Classic} and {Quorum}");
        var arguments = new Dictionary<string, object?>(StringComparer.Ordinal) { ["x-queue-type"] = type };
        if (Number(metadata, "maxPriority") is { } priority) arguments["x-max-priority"] = (byte)Math.Min(priority, byte.MaxValue);
        if (GoBool.IsTruthy(Text(metadata, "singleActiveConsumer"))) arguments["x-single-active-consumer"] = true;
        if (Number(metadata, "maxLen") is { } length) arguments["x-max-length"] = length;
        if (Number(metadata, "maxLenBytes") is { } bytes) arguments["x-max-length-bytes"] = bytes;
        var name = Text(metadata, "queueName") ?? $"{settings.ConsumerId}-{topic}";
        var keys = (Text(metadata, "routingKey") ?? "").Split(',');
        if (!keys.Append(name).Append(DeadLetters(name).Exchange).All(RabbitMqProperties.HasRoom))
            throw new SubscriptionRefusedException("the name of its queue or a routing key is longer than 255 bytes, which AMQP allows");
        return new RabbitMqQueue(topic, name, arguments, keys);
    }

    private async Task<string> DeclareDeadLettersAsync(IChannel channel, string queue, CancellationToken cancellationToken)
    {
        var (exchange, letters) = DeadLetters(queue);

        // Durable always, whatever the queue itself is; lazy, because nobody may look at dead letters for a long time.
        await channel.ExchangeDeclareAsync(exchange, DeadLetterKind, durable: true, settings.DeleteWhenUnused, cancellationToken: cancellationToken);
        var arguments = Lengths();
        arguments["x-queue-mode"] = "lazy";
        await channel.QueueDeclareAsync(letters, durable: true, exclusive: false, settings.DeleteWhenUnused, arguments, cancellationToken: cancellationToken);
        await channel.QueueBindAsync(letters, exchange, "", cancellationToken: cancellationToken);
        return exchange;
    }

    private static (string Exchange, string Queue) DeadLetters(string queue) => ($"dlx-{queue}", $"dlq-{queue}");

    private Dictionary<string, object?> Lengths()
    {
        var arguments = new Dictionary<string, object?>(StringComparer.Ordinal);
        if (settings.MaxLength > 0) arguments["x-max-length"] = settings.MaxLength;
        if (settings.MaxLengthBytes > 0) arguments["x-max-length-bytes"] = settings.MaxLengthBytes;
        return arguments;
    }

    private static string? Text(IReadOnlyDictionary<string, string> metadata, string name) =>
        metadata.TryGetValue(name, out var text) && text.Length > 0 ? text : null;

    private static long? Number(IReadOnlyDictionary<string, string> metadata, string name)
    {
        if (Text(metadata, name) is not { } text) return null;
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new SubscriptionRefusedException($"subscription metadata '{name}' is '{text}'; expected a whole number");
    }
}

/// <summary>The queue of one subscription.</summary>
/// <param name="Topic">The exchange that it is bound to.</param>
/// <param name="Arguments">What the subscription's own metadata adds; wins over the component's.</param>
/// <param name="RoutingKeys">One binding each.</param>
internal sealed record RabbitMqQueue(string Topic, string Name, IReadOnlyDictionary<string, object?> Arguments, IReadOnlyList<string> RoutingKeys);
