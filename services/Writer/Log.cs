namespace StocksDapr.Writer;

/// <summary>Everything that Writer logs. Ids: 1xx start and schema, 2xx bars, 3xx other messages, 4xx dead letters.</summary>
internal static partial class Log
{
    [LoggerMessage(100, LogLevel.Information, "Migration {Version} ({Name}) applied")]
    public static partial void MigrationApplied(this ILogger logger, int version, string name);

    [LoggerMessage(101, LogLevel.Warning, "The database has schema version {Database}, this build knows {Known}; going on, since later migrations only add")]
    public static partial void SchemaIsNewer(this ILogger logger, int database, int known);

    [LoggerMessage(102, LogLevel.Information, "The schema is up to date; {Count} migrations were applied")]
    public static partial void SchemaReady(this ILogger logger, int count);

    [LoggerMessage(103, LogLevel.Warning, "The database is not ready, trying again in {Delay}: {Reason}")]
    public static partial void DatabaseNotReady(this ILogger logger, TimeSpan delay, string reason);

    [LoggerMessage(104, LogLevel.Critical, "The schema cannot be brought up to date")]
    public static partial void MigrationFailed(this ILogger logger, Exception exception);

    [LoggerMessage(105, LogLevel.Critical, "The database could not be reached within {Wait}; the schema is as it was")]
    public static partial void MigrationGaveUp(this ILogger logger, TimeSpan wait);

    [LoggerMessage(200, LogLevel.Debug, "Stored {Messages} messages: {Inserted} inserted, {Revised} revised, {Unchanged} unchanged, {Quarantined} quarantined in {Milliseconds} ms")]
    public static partial void BarsStored(this ILogger logger, int messages, long inserted, long revised, long unchanged, long quarantined, double milliseconds);

    [LoggerMessage(201, LogLevel.Error, "Nothing of {Messages} messages could be stored; they will be delivered again, next attempt in {Delay}")]
    public static partial void BarsNotStored(this ILogger logger, Exception exception, int messages, TimeSpan delay);

    [LoggerMessage(202, LogLevel.Information, "The database takes bars again")]
    public static partial void BarsStoredAgain(this ILogger logger);

    [LoggerMessage(203, LogLevel.Error, "A message about {Symbol} cannot be stored and goes to the dead letters")]
    public static partial void BarsRefused(this ILogger logger, Exception exception, string symbol);

    [LoggerMessage(204, LogLevel.Warning, "{Failed} of {Messages} events to topic {Topic} were not published; their messages will be delivered again")]
    public static partial void NotAnnounced(this ILogger logger, Exception? exception, int failed, int messages, string topic);

    [LoggerMessage(205, LogLevel.Information, "Stopping: {Queued} queued messages go back to be delivered again")]
    public static partial void GivingBack(this ILogger logger, int queued);

    [LoggerMessage(300, LogLevel.Warning, "A message on {Topic} cannot be understood and goes to the dead letters: {Reason}")]
    public static partial void MessageRefused(this ILogger logger, string topic, string reason);

    [LoggerMessage(301, LogLevel.Error, "{Messages} messages on {Topic} could not be stored; they will be delivered again")]
    public static partial void MessagesNotStored(this ILogger logger, Exception exception, int messages, string topic);

    [LoggerMessage(302, LogLevel.Error, "A message on {Topic} cannot be stored and goes to the dead letters")]
    public static partial void MessageNotStorable(this ILogger logger, Exception exception, string topic);

    [LoggerMessage(303, LogLevel.Information, "{Runs} runs that ended more than {Days} days ago were deleted")]
    public static partial void RunsPruned(this ILogger logger, int runs, int days);

    [LoggerMessage(304, LogLevel.Warning, "Old runs could not be deleted, trying again in {Delay}")]
    public static partial void RunsNotPruned(this ILogger logger, Exception exception, TimeSpan delay);

    [LoggerMessage(305, LogLevel.Warning, "Old events of the stream could not be deleted, trying again in {Delay}")]
    public static partial void StreamNotPruned(this ILogger logger, Exception exception, TimeSpan delay);

    [LoggerMessage(310, LogLevel.Information, "Option quotes of {Months} months before {Before} were deleted")]
    public static partial void OptionsPruned(this ILogger logger, int months, DateOnly before);

    [LoggerMessage(311, LogLevel.Warning, "Old option quotes could not be deleted, trying again in {Delay}")]
    public static partial void OptionsNotPruned(this ILogger logger, Exception exception, TimeSpan delay);

    [LoggerMessage(400, LogLevel.Warning, "Dead letter from topic {Topic}, event {EventId}")]
    public static partial void DeadLetterReceived(this ILogger logger, string topic, string eventId);

    [LoggerMessage(401, LogLevel.Information, "Dead letter {Id} published again to {Topic}")]
    public static partial void DeadLetterReplayed(this ILogger logger, long id, string topic);

    [LoggerMessage(402, LogLevel.Warning, "The reason for refusing a message on {Topic} could not be recorded")]
    public static partial void ReasonNotRecorded(this ILogger logger, Exception exception, string topic);

    [LoggerMessage(403, LogLevel.Warning, "Dead letter {Id} could not be published again to {Topic}")]
    public static partial void DeadLetterNotReplayed(this ILogger logger, Exception exception, long id, string topic);
}
