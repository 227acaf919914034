namespace StocksDapr.Collector;

/// <summary>Every log message of Collector. Ids: 100 publishing, 110 collection, 130 providers, 150 imports.</summary>
internal static partial class Log
{
    [LoggerMessage(
        EventId = 100, Level = LogLevel.Warning,
        Message = "Publishing to {Topic} for {Key} was refused (attempt {Attempt}), trying again: {Reason}")]
    public static partial void PublishRefused(this ILogger logger, string topic, string key, int attempt, string reason);

    [LoggerMessage(EventId = 101, Level = LogLevel.Information, Message = "Published to {Topic} for {Key} at attempt {Attempt}")]
    public static partial void PublishedAgain(this ILogger logger, string topic, string key, int attempt);

    [LoggerMessage(
        EventId = 102, Level = LogLevel.Warning,
        Message = "Nothing is published yet: {Consumers} has not subscribed, and a broker may drop what nobody waits for ({Reason})")]
    public static partial void ConsumerMissing(this ILogger logger, string consumers, string reason);

    [LoggerMessage(EventId = 103, Level = LogLevel.Information, Message = "Every consumer has subscribed")]
    public static partial void ConsumersSubscribed(this ILogger logger);

    [LoggerMessage(EventId = 110, Level = LogLevel.Information, Message = "Collected {Bars} bars in {Seconds:0.0} s")]
    public static partial void Collected(this ILogger logger, int bars, double seconds);

    [LoggerMessage(
        EventId = 111, Level = LogLevel.Warning,
        Message = "Query cannot be asked what is stored; nothing is collected until it can: {Reason}")]
    public static partial void QueryNotReachable(this ILogger logger, string reason);

    [LoggerMessage(EventId = 112, Level = LogLevel.Information, Message = "Query answers again")]
    public static partial void QueryAnswersAgain(this ILogger logger);

    [LoggerMessage(EventId = 113, Level = LogLevel.Error, Message = "The collection failed; the next one tries again")]
    public static partial void CollectionFailed(this ILogger logger, Exception exception);

    [LoggerMessage(EventId = 114, Level = LogLevel.Information, Message = "Published {Count} instruments of {Provider}")]
    public static partial void InstrumentsPublished(this ILogger logger, string provider, int count);

    [LoggerMessage(EventId = 115, Level = LogLevel.Information, Message = "Published {Count} splits and dividends of {Provider}")]
    public static partial void ActionsPublished(this ILogger logger, string provider, int count);

    [LoggerMessage(EventId = 130, Level = LogLevel.Warning, Message = "Provider {Provider} gave no answer ({Kind}): {Detail}")]
    public static partial void ProviderFailed(this ILogger logger, string provider, Providers.ProviderErrorKind kind, string detail);

    [LoggerMessage(
        EventId = 131, Level = LogLevel.Warning,
        Message = "Provider {Provider} gave no {Interval} bars of {Symbol} ({Kind}): {Detail}")]
    public static partial void SymbolNotCollected(
        this ILogger logger, string provider, string symbol, string interval, Providers.ProviderErrorKind kind, string detail);
}
