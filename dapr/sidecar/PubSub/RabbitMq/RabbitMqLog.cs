namespace StocksDapr.Sidecar.PubSub.RabbitMq;

/// <summary>Log messages of <c>pubsub.rabbitmq</c>: 4300 to 4399.</summary>
internal static partial class RabbitMqLog
{
    [LoggerMessage(4300, LogLevel.Information, "Connected to RabbitMQ at {Address}")]
    public static partial void Connected(this ILogger logger, RabbitMqAddress address);

    [LoggerMessage(4301, LogLevel.Warning, "Publishing to {Topic}, attempt {Attempt} of {Attempts} failed; the next one is in {Wait}: {Reason}")]
    public static partial void PublishRepeated(this ILogger logger, string topic, int attempt, int attempts, TimeSpan wait, string reason);

    [LoggerMessage(4302, LogLevel.Warning, "A value of publish metadata for {Topic} is ignored: {Name} is '{Value}'")]
    public static partial void MetadataIgnored(this ILogger logger, string topic, string name, string value);

    [LoggerMessage(4310, LogLevel.Information, "Consuming queue {Queue} of topic {Topic}")]
    public static partial void Consuming(this ILogger logger, string queue, string topic);

    [LoggerMessage(4311, LogLevel.Warning, "Queue {Queue} is lost, trying again in {Wait}: {Reason}")]
    public static partial void ConsumerLost(this ILogger logger, string queue, TimeSpan wait, string reason);

    [LoggerMessage(4312, LogLevel.Warning, "A message of topic {Topic} failed and is {Fate}: {Reason}")]
    public static partial void MessageFailed(this ILogger logger, string topic, string fate, string reason);

    [LoggerMessage(4313, LogLevel.Debug, "A message of topic {Topic} could not be acknowledged; the broker will send it again: {Reason}")]
    public static partial void NotAcknowledged(this ILogger logger, string topic, string reason);

    [LoggerMessage(4314, LogLevel.Error, "The delivery of a message of topic {Topic} broke off; the broker keeps it")]
    public static partial void DeliveryBroke(this ILogger logger, Exception failure, string topic);

    [LoggerMessage(4315, LogLevel.Debug, "The consumer {Tag} could not be cancelled: {Reason}")]
    public static partial void ConsumerNotCancelled(this ILogger logger, string tag, string reason);
}
