using StocksDapr.Writer.DeadLetters;
using StocksDapr.Writer.Storage;

namespace StocksDapr.Writer.Subscriptions;

/// <summary>
/// Keeps why a message is refused, for whoever looks at its dead letter. The reason is a courtesy: where it cannot be recorded, the
/// message goes to the dead letters all the same.
/// </summary>
internal sealed class Refusals(DeadLetterStore store, DatabaseState state, ILogger<Refusals> logger)
{
    public async Task RecordAsync(string topic, string? eventId, string reason, CancellationToken cancellationToken)
    {
        logger.MessageRefused(topic, reason);
        if (eventId is not { Length: > 0 } || !state.SchemaReady.IsCompleted)
            return;

        try
        {
            await store.ExplainAsync(topic, eventId, reason, cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            logger.ReasonNotRecorded(exception, topic);
        }
    }
}
