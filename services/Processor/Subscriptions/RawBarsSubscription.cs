using Dapr.AspNetCore;
using StocksDapr.Contracts;
using StocksDapr.Contracts.Messages;
using StocksDapr.Processor.Cleaning;
using StocksDapr.ServiceDefaults.Messaging;

namespace StocksDapr.Processor.Subscriptions;

/// <summary>
/// Raw bars in, clean bars out, each lane to its own. An entry is acknowledged after its clean message has been published; one that cannot
/// be understood goes to the dead letters.
/// </summary>
internal static class RawBarsSubscription
{
    public static void MapRawBars(this IEndpointRouteBuilder app)
    {
        app.MapTopic(Topics.RawBars, Handler(app, Topics.Bars));
        app.MapTopic(Topics.RawBarsHistory, Handler(app, Topics.BarsHistory));
    }

    private static DeliveryHandler<RawBars> Handler(IEndpointRouteBuilder app, string destination)
    {
        var cleaner = app.ServiceProvider.GetRequiredService<Cleaner>();
        var publisher = app.ServiceProvider.GetRequiredService<SymbolPublisher>();
        var metrics = app.ServiceProvider.GetRequiredService<Metrics>();
        var logger = app.ServiceProvider.GetRequiredService<ILogger<Cleaner>>();

        return async (deliveries, cancellationToken) =>
        {
            var statuses = new List<BulkSubscribeAppResponseEntry>(deliveries.Count);
            var cleaned = new List<CleanBars>(deliveries.Count);
            var entryIds = new List<string>(deliveries.Count);
            foreach (var delivery in deliveries)
            {
                if (delivery.Message is not { } raw)
                {
                    logger.MessageNotUnderstood(delivery.EntryId, delivery.Unreadable!);
                    metrics.CountUnreadable();
                    statuses.Add(new BulkSubscribeAppResponseEntry(delivery.EntryId, BulkSubscribeAppResponseStatus.DROP));
                    continue;
                }

                var clean = cleaner.Clean(raw);
                cleaned.Add(clean);
                entryIds.Add(delivery.EntryId);
            }

            var failures = await publisher.PublishAsync(destination, cleaned, clean => clean.Symbol, cancellationToken);
            for (var i = 0; i < cleaned.Count; i++)
            {
                if (failures[i] is { } failure)
                    logger.NotPublished(cleaned[i].Symbol, destination, failure.Message);
                else
                    metrics.Count(cleaned[i]);
                statuses.Add(new BulkSubscribeAppResponseEntry(
                    entryIds[i], failures[i] is null ? BulkSubscribeAppResponseStatus.SUCCESS : BulkSubscribeAppResponseStatus.RETRY));
            }

            return new BulkSubscribeAppResponse(statuses);
        };
    }
}
