using Microsoft.Extensions.Logging;

namespace Dapr.AspNetCore;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Error, "A default subscription to topic {Name} on pubsub {Pubsub} already exists.")]
    public static partial void DefaultSubscriptionExists(this ILogger logger, string name, string pubsub);

    [LoggerMessage(2, LogLevel.Error, "A subscription to topic {Name} on pubsub {Pubsub} has duplicate priorities for {Priority}: found {Count} occurrences.")]
    public static partial void DuplicatePriorities(this ILogger logger, string name, string pubsub, int priority, int count);
}
