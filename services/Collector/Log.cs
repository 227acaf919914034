namespace StocksDapr.Collector;

/// <summary>Every log message of Collector. Ids: 100 publishing, 110 collection, 130 providers, 150 imports.</summary>
internal static partial class Log
{
    [LoggerMessage(EventId = 100, Level = LogLevel.Warning, Message = "Publishing to {Topic} for {Key} was refused (attempt {Attempt}), trying again: {Reason}")]
    public static partial void PublishRefused(this ILogger logger, string topic, string key, int attempt, string reason);

    [LoggerMessage(EventId = 101, Level = LogLevel.Information, Message = "Published to {Topic} for {Key} at attempt {Attempt}")]
    public static partial void PublishedAgain(this ILogger logger, string topic, string key, int attempt);
}
