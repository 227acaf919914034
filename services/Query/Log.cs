namespace StocksDapr.Query;

/// <summary>Every message of this service. 400-409 database, 410-419 cache and listening.</summary>
internal static partial class Log
{
    [LoggerMessage(EventId = 400, Level = LogLevel.Warning, Message = "{Path} answered 503 {Code}: the database could not be asked: {Reason}")]
    public static partial void DatabaseFault(ILogger logger, string code, PathString path, string reason);

    [LoggerMessage(EventId = 410, Level = LogLevel.Information, Message = "Listening for stored bars: the cache is on")]
    public static partial void Listening(ILogger logger);

    [LoggerMessage(EventId = 411, Level = LogLevel.Warning, Message = "The listening connection is lost ({Reason}): the cache is off, again in {RetrySeconds} s")]
    public static partial void ListenLost(ILogger logger, string reason, double retrySeconds);

    [LoggerMessage(EventId = 412, Level = LogLevel.Warning, Message = "A stored notification cannot be read ({Length} characters): the whole cache is emptied")]
    public static partial void UnreadableNotification(ILogger logger, int length);

    [LoggerMessage(EventId = 413, Level = LogLevel.Warning, Message = "A notification did not come back within {Seconds} s: the cache is off until the connection is renewed")]
    public static partial void FenceTimedOut(ILogger logger, double seconds);
}
