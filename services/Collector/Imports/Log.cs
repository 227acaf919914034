namespace StocksDapr.Collector;

/// <content>Imports: 150 to 169.</content>
internal static partial class Log
{
    [LoggerMessage(EventId = 150, Level = LogLevel.Information, Message = "Import {ImportId} accepted: {Bytes} bytes from source {Source}")]
    public static partial void ImportAccepted(this ILogger logger, string importId, long bytes, string source);

    [LoggerMessage(EventId = 151, Level = LogLevel.Information, Message = "Import {ImportId} goes on after a restart")]
    public static partial void ImportResumed(this ILogger logger, string importId);

    [LoggerMessage(
        EventId = 152, Level = LogLevel.Information,
        Message = "Import {ImportId} published: {Rows} rows in {Batches} batches, {Skipped} of them stored before, {Rejected} lines rejected, {Seconds:0.00} s")]
    public static partial void ImportPublished(this ILogger logger, string importId, long rows, int batches, int skipped, long rejected, double seconds);

    [LoggerMessage(EventId = 153, Level = LogLevel.Information, Message = "Import {ImportId} is {State}")]
    public static partial void ImportFinished(this ILogger logger, string importId, string state);

    [LoggerMessage(EventId = 154, Level = LogLevel.Warning, Message = "Import {ImportId} failed ({Code}): {Reason}")]
    public static partial void ImportFailed(this ILogger logger, string importId, string code, string reason);

    [LoggerMessage(EventId = 155, Level = LogLevel.Warning, Message = "Import {ImportId} stands still at {Done} stored batches; publishing what is missing again")]
    public static partial void ImportStalled(this ILogger logger, string importId, int done);

    [LoggerMessage(EventId = 156, Level = LogLevel.Error, Message = "Import {ImportId} broke off at attempt {Attempt}")]
    public static partial void ImportBroke(this ILogger logger, Exception exception, string importId, int attempt);

    [LoggerMessage(EventId = 157, Level = LogLevel.Debug, Message = "The receipt of import {ImportId} could not be asked for: {Reason}")]
    public static partial void ReceiptNotAsked(this ILogger logger, string importId, string reason);

    [LoggerMessage(EventId = 158, Level = LogLevel.Error, Message = "The import in {Folder} has a manifest that cannot be read: {Reason}")]
    public static partial void ManifestUnreadable(this ILogger logger, string folder, string reason);

    [LoggerMessage(EventId = 159, Level = LogLevel.Warning, Message = "The import folder {Folder} could not be removed: {Reason}")]
    public static partial void SpoolNotRemoved(this ILogger logger, string folder, string reason);

    [LoggerMessage(EventId = 160, Level = LogLevel.Error, Message = "Watching import {ImportId} broke off")]
    public static partial void WatchBroke(this ILogger logger, Exception exception, string importId);

    [LoggerMessage(EventId = 161, Level = LogLevel.Information, Message = "An import was not accepted: {Reason}")]
    public static partial void ImportNotAccepted(this ILogger logger, string reason);
}
