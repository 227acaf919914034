namespace StocksDapr.Processor;

/// <summary>What Processor says. Ids from 200.</summary>
internal static partial class Log
{
    [LoggerMessage(EventId = 200, Level = LogLevel.Warning, Message = "Message {EntryId} cannot be understood and goes to the dead letters: {Reason}")]
    public static partial void MessageNotUnderstood(this ILogger logger, string entryId, string reason);

    [LoggerMessage(EventId = 201, Level = LogLevel.Warning, Message = "{Symbol} was not published to {Topic} and will be delivered again: {Reason}")]
    public static partial void NotPublished(this ILogger logger, string symbol, string topic, string reason);
}
