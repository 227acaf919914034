namespace StocksDapr.Sidecar;

/// <summary>Log messages of the sidecar's core. Ids: 1000 hosting, 1100 application, 1200 pub/sub, 1300 invocation.</summary>
internal static partial class Log
{
    [LoggerMessage(1000, LogLevel.Error, "{Method} {Path} failed in the sidecar")]
    public static partial void RequestFailed(this ILogger logger, Exception failure, string method, string path);

    [LoggerMessage(1006, LogLevel.Information, "HTTP API Called: {Method} {Path} {Status}")]
    public static partial void ApiCalled(this ILogger logger, string method, string path, int status);

    [LoggerMessage(1001, LogLevel.Information, "Sidecar listens on port {Port}; {Components} component(s) loaded")]
    public static partial void SidecarListens(this ILogger logger, int port, int components);

    [LoggerMessage(1002, LogLevel.Warning, "Component {Name} ({Type}) could not be initialised and is left out, as its ignoreErrors says")]
    public static partial void ComponentIgnored(this ILogger logger, Exception failure, string name, string type);

    [LoggerMessage(1003, LogLevel.Warning, "Component {Name} waits for secret store {Store}, which is not loaded; it is left out")]
    public static partial void ComponentParked(this ILogger logger, string name, string store);

    [LoggerMessage(1004, LogLevel.Warning, "Sidecar could not stop everything within {Limit}; the rest is cut off")]
    public static partial void StopTimedOut(this ILogger logger, TimeSpan limit);

    [LoggerMessage(1005, LogLevel.Error, "The part {Part} failed while it stopped")]
    public static partial void PartStopFailed(this ILogger logger, Exception failure, string part);

    [LoggerMessage(1100, LogLevel.Information, "Waiting for the application on port {Port}")]
    public static partial void WaitingForApp(this ILogger logger, int port);

    [LoggerMessage(1101, LogLevel.Information, "Application found on port {Port}")]
    public static partial void AppFound(this ILogger logger, int port);

    [LoggerMessage(1102, LogLevel.Warning, "Application is not healthy: {Failures} failed probes in a row; deliveries stop")]
    public static partial void AppUnhealthy(this ILogger logger, int failures);

    [LoggerMessage(1103, LogLevel.Information, "Application is healthy")]
    public static partial void AppHealthy(this ILogger logger);

    [LoggerMessage(1104, LogLevel.Error, "The part {Part} could not start")]
    public static partial void PartStartFailed(this ILogger logger, Exception failure, string part);

    [LoggerMessage(1105, LogLevel.Error, "The loop that looks after the application ended")]
    public static partial void AppLoopFailed(this ILogger logger, Exception failure);

    [LoggerMessage(1200, LogLevel.Warning, "Messages of topic {Topic} that were kept for later subscribers exceed {MaxBytes} bytes; the oldest are forgotten")]
    public static partial void KeptMessagesForgotten(this ILogger logger, string topic, long maxBytes);

    [LoggerMessage(1201, LogLevel.Warning, "A message of topic {Topic} could not be delivered to {Consumer}; the in-memory broker does not deliver it again")]
    public static partial void DeliveryFailed(this ILogger logger, Exception failure, string topic, string consumer);

    [LoggerMessage(1202, LogLevel.Warning, "{Count} message(s) of topic {Topic} were being delivered to {Consumer} when the subscription was stopped; they are lost")]
    public static partial void DeliveryCutOff(this ILogger logger, int count, string topic, string consumer);

    [LoggerMessage(1203, LogLevel.Information, "Subscribed to topic {Topic} of {PubSub}: {Path}")]
    public static partial void Subscribed(this ILogger logger, string topic, string pubSub, string path);

    [LoggerMessage(1204, LogLevel.Error, "Subscription to topic {Topic} of {PubSub} cannot be started: {Reason}")]
    public static partial void SubscriptionRefused(this ILogger logger, string topic, string pubSub, string reason);

    [LoggerMessage(1205, LogLevel.Error, "Subscribing to topic {Topic} of {PubSub} failed; it is tried again")]
    public static partial void SubscribeFailed(this ILogger logger, Exception failure, string topic, string pubSub);

    [LoggerMessage(1206, LogLevel.Warning, "The application was asked for its subscriptions and gave none: {Reason}")]
    public static partial void NoProgrammaticSubscriptions(this ILogger logger, string reason);

    [LoggerMessage(1207, LogLevel.Error, "The application answered 404 to an event of topic {Topic}: it is dropped")]
    public static partial void EventNotFound(this ILogger logger, string topic);

    [LoggerMessage(1208, LogLevel.Warning, "An event of topic {Topic} is dropped: {Reason}")]
    public static partial void EventDropped(this ILogger logger, string topic, string reason);

    [LoggerMessage(1209, LogLevel.Error, "Sending an event of topic {Topic} to dead-letter topic {DeadLetterTopic} failed")]
    public static partial void DeadLetterFailed(this ILogger logger, Exception failure, string topic, string deadLetterTopic);

    [LoggerMessage(1210, LogLevel.Warning, "An event of topic {Topic} failed and goes to dead-letter topic {DeadLetterTopic}: {Reason}")]
    public static partial void EventDeadLettered(this ILogger logger, string topic, string deadLetterTopic, string reason);

    [LoggerMessage(1106, LogLevel.Warning, "The application could not be asked for its configuration")]
    public static partial void AppConfigurationFailed(this ILogger logger, Exception failure);
}
