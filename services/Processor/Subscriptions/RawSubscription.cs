using Dapr.AspNetCore;
using StocksDapr.ServiceDefaults.Messaging;

namespace StocksDapr.Processor.Subscriptions;

/// <summary>
/// Raw messages in, clean ones out. An entry is acknowledged after its clean message has been published; one that cannot be understood goes to the
/// dead letters.
/// </summary>
/// <param name="Source">The topic of the raw messages.</param>
/// <param name="Destination">The topic of the clean ones.</param>
/// <param name="Unreadable">Why a message cannot be understood although it is JSON of its type; null when it can.</param>
/// <param name="Clean">Judges it.</param>
/// <param name="SymbolOf">What the order is kept by.</param>
/// <param name="Count">Counts what has been published.</param>
/// <param name="MaxMessages">Messages in one delivery.</param>
internal sealed record RawSubscription<TRaw, TClean>(
    string Source, string Destination, Func<TRaw, string?> Unreadable, Func<TRaw, TClean> Clean, Func<TClean, string> SymbolOf, Action<TClean> Count, int MaxMessages = 64)
    where TRaw : class
{
    public void Map(IEndpointRouteBuilder app)
    {
        var publisher = app.ServiceProvider.GetRequiredService<SymbolPublisher>();
        var metrics = app.ServiceProvider.GetRequiredService<Metrics>();
        var logger = app.ServiceProvider.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(RawSubscription<,>).Namespace!);
        app.MapTopic<TRaw>(Source, async (deliveries, cancellationToken) =>
        {
            var statuses = new List<BulkSubscribeAppResponseEntry>(deliveries.Count);
            var cleaned = new List<TClean>(deliveries.Count);
            var entryIds = new List<string>(deliveries.Count);
            foreach (var delivery in deliveries)
            {
                var reason = delivery.Message is { } message ? Unreadable(message) : delivery.Unreadable!;
                if (reason is not null)
                {
                    logger.MessageNotUnderstood(delivery.EntryId, reason);
                    metrics.CountUnreadable();
                    statuses.Add(new BulkSubscribeAppResponseEntry(delivery.EntryId, BulkSubscribeAppResponseStatus.DROP));
                    continue;
                }

                cleaned.Add(Clean(delivery.Message!));
                entryIds.Add(delivery.EntryId);
            }

            var failures = await publisher.PublishAsync(Destination, cleaned, SymbolOf, cancellationToken);
            for (var i = 0; i < cleaned.Count; i++)
            {
                if (failures[i] is { } failure)
                    logger.NotPublished(SymbolOf(cleaned[i]), Destination, failure.Message);
                else
                    Count(cleaned[i]);
                statuses.Add(new BulkSubscribeAppResponseEntry(
                    entryIds[i], failures[i] is null ? BulkSubscribeAppResponseStatus.SUCCESS : BulkSubscribeAppResponseStatus.RETRY));
            }

            return new BulkSubscribeAppResponse(statuses);
        }, MaxMessages);
    }
}
