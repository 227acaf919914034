namespace StocksDapr.Collector;

/// <summary>Every log message of Collector. Ids: 100 publishing, 110 schedules, 120 runs, 130 providers, 140 tracking, 150 imports, 170 live.</summary>
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

    [LoggerMessage(EventId = 110, Level = LogLevel.Information, Message = "Scheduled {Run}")]
    public static partial void RunScheduled(this ILogger logger, string run);

    [LoggerMessage(
        EventId = 111, Level = LogLevel.Warning,
        Message = "Nothing can be scheduled until what is missing answers: {Reason}")]
    public static partial void CannotSchedule(this ILogger logger, string reason);

    [LoggerMessage(EventId = 112, Level = LogLevel.Information, Message = "What is due is scheduled again")]
    public static partial void ScheduledAgain(this ILogger logger);

    [LoggerMessage(EventId = 113, Level = LogLevel.Error, Message = "The look at what is due failed; the next one tries again")]
    public static partial void ScheduleFailed(this ILogger logger, Exception exception);

    [LoggerMessage(EventId = 114, Level = LogLevel.Information, Message = "Published {Count} instruments of {Provider}")]
    public static partial void InstrumentsPublished(this ILogger logger, string provider, int count);

    [LoggerMessage(EventId = 115, Level = LogLevel.Information, Message = "Published {Count} splits and dividends of {Provider}")]
    public static partial void ActionsPublished(this ILogger logger, string provider, int count);

    [LoggerMessage(EventId = 120, Level = LogLevel.Warning, Message = "Runs cannot be compared with their workflows now; the next look is soon: {Reason}")]
    public static partial void RunsNotWatched(this ILogger logger, string reason);

    [LoggerMessage(EventId = 121, Level = LogLevel.Information, Message = "The workflow of run {Run} was found otherwise than the run said: {Outcome}")]
    public static partial void RunFoundEnded(this ILogger logger, string run, string outcome);

    [LoggerMessage(EventId = 122, Level = LogLevel.Information, Message = "Backfill {Id} of {Symbols} symbols was accepted: {Parts} parts")]
    public static partial void BackfillAccepted(this ILogger logger, string id, int symbols, int parts);

    [LoggerMessage(EventId = 123, Level = LogLevel.Warning, Message = "The task hub did not do what was asked of it for backfill {Id}: {Reason}")]
    public static partial void BackfillNotReached(this ILogger logger, string id, string reason);

    [LoggerMessage(EventId = 124, Level = LogLevel.Warning, Message = "What was done with backfill {Id} could not be announced now; it is found out later")]
    public static partial void BackfillNotAnnounced(this ILogger logger, string id);

    [LoggerMessage(EventId = 130, Level = LogLevel.Warning, Message = "Provider {Provider} gave no answer ({Kind}): {Detail}")]
    public static partial void ProviderFailed(this ILogger logger, string provider, Providers.ProviderErrorKind kind, string detail);

    [LoggerMessage(
        EventId = 131, Level = LogLevel.Warning,
        Message = "Provider {Provider} gave no {Interval} bars of {Symbol} ({Kind}): {Detail}")]
    public static partial void SymbolNotCollected(
        this ILogger logger, string provider, string symbol, string interval, Providers.ProviderErrorKind kind, string detail);

    [LoggerMessage(EventId = 132, Level = LogLevel.Information, Message = "Provider {Provider} has {Count} keys (secret {Secret})")]
    public static partial void KeysRead(this ILogger logger, string provider, int count, string secret);

    [LoggerMessage(EventId = 133, Level = LogLevel.Warning, Message = "The keys of provider {Provider} cannot be read now (secret {Secret}), those that were read stay: {Reason}")]
    public static partial void KeysNotRead(this ILogger logger, string provider, string secret, string reason);

    [LoggerMessage(EventId = 134, Level = LogLevel.Warning, Message = "Nothing is asked of provider {Provider} until its budgets are known: {Reason}")]
    public static partial void BudgetsUnknown(this ILogger logger, string provider, string reason);

    [LoggerMessage(EventId = 135, Level = LogLevel.Information, Message = "The budgets of provider {Provider} are known again")]
    public static partial void BudgetsKnownAgain(this ILogger logger, string provider);

    [LoggerMessage(
        EventId = 136, Level = LogLevel.Error,
        Message = "Nothing is asked of provider {Provider}: this machine's clock is {Seconds} s behind another replica's, which makes budgets unsafe")]
    public static partial void ClockBehind(this ILogger logger, string provider, double seconds);

    [LoggerMessage(EventId = 137, Level = LogLevel.Error, Message = "The budgets of provider {Provider} could not be worked out; nothing was granted")]
    public static partial void BudgetTurnFailed(this ILogger logger, string provider, Exception exception);

    [LoggerMessage(EventId = 170, Level = LogLevel.Information, Message = "Stream {Stream}: this replica has it now")]
    public static partial void StreamTaken(this ILogger logger, string stream);

    [LoggerMessage(EventId = 171, Level = LogLevel.Warning, Message = "Stream {Stream}: this replica does not have it any more")]
    public static partial void StreamGivenUp(this ILogger logger, string stream);

    [LoggerMessage(EventId = 172, Level = LogLevel.Information, Message = "Stream {Stream}: connecting for {Symbols} symbols")]
    public static partial void StreamConnecting(this ILogger logger, string stream, int symbols);

    [LoggerMessage(EventId = 173, Level = LogLevel.Warning, Message = "Stream {Stream} is lost ({Kind}), again in {Pause}: {Detail}")]
    public static partial void StreamLost(this ILogger logger, string stream, Providers.ProviderErrorKind kind, string detail, TimeSpan pause);

    [LoggerMessage(EventId = 174, Level = LogLevel.Warning, Message = "Stream {Stream}: {Bars} forming bars could not be published; they come with the next turn: {Reason}")]
    public static partial void LiveBarsNotPublished(this ILogger logger, string stream, int bars, string reason);

    [LoggerMessage(EventId = 175, Level = LogLevel.Warning, Message = "Nobody can be asked who has a stream: {Reason}")]
    public static partial void LeaseNotAsked(this ILogger logger, string reason);

    [LoggerMessage(EventId = 176, Level = LogLevel.Warning, Message = "Stream {Stream}: what another replica was forming is not known: {Reason}")]
    public static partial void FormingBarsUnknown(this ILogger logger, string stream, string reason);

    [LoggerMessage(EventId = 177, Level = LogLevel.Error, Message = "Stream {Stream} failed; it begins anew")]
    public static partial void StreamFailed(this ILogger logger, Exception? exception, string stream);

    [LoggerMessage(EventId = 140, Level = LogLevel.Information, Message = "{Symbol} is tracked for {Account}, options: {Options}")]
    public static partial void Tracked(this ILogger logger, string symbol, string account, bool options);

    [LoggerMessage(EventId = 141, Level = LogLevel.Information, Message = "{Symbol} is not tracked any more, says {Account}")]
    public static partial void Untracked(this ILogger logger, string symbol, string account);

    [LoggerMessage(EventId = 142, Level = LogLevel.Warning, Message = "What is tracked can be neither read nor changed now: {Reason}")]
    public static partial void TrackingNotReached(this ILogger logger, string reason);

    [LoggerMessage(EventId = 138, Level = LogLevel.Warning, Message = "A message of the stream of {Provider} could not be read and is left out: {Reason}")]
    public static partial void StreamedMessageNotRead(this ILogger logger, string provider, string reason);
}
