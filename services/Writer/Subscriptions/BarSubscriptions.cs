using Dapr.AspNetCore;
using StocksDapr.Contracts;
using StocksDapr.Contracts.Messages;
using StocksDapr.ServiceDefaults.Messaging;
using StocksDapr.Writer.Bars;

namespace StocksDapr.Writer.Subscriptions;

/// <summary>Clean bars, live and history: a delivery is answered when its bars are committed and announced.</summary>
internal static class BarSubscriptions
{
    public static void MapBars(this IEndpointRouteBuilder app)
    {
        app.MapTopic(Topics.Bars, Handler(app.ServiceProvider, Topics.Bars, isLive: true));
        app.MapTopic(Topics.BarsHistory, Handler(app.ServiceProvider, Topics.BarsHistory, isLive: false));
    }

    private static DeliveryHandler<CleanBars> Handler(IServiceProvider services, string topic, bool isLive)
    {
        var queue = services.GetRequiredService<BarQueue>();
        var time = services.GetRequiredService<TimeProvider>();
        var refusals = services.GetRequiredService<Refusals>();
        return async (deliveries, cancellationToken) =>
        {
            var pending = new PendingBars?[deliveries.Count];
            for (var i = 0; i < deliveries.Count; i++)
            {
                if (deliveries[i].Message is not { } message)
                    continue;

                pending[i] = new PendingBars(PreparedBars.From(message), time);
                if (Unacceptable(message, time.GetUtcNow()) is { } reason)
                    pending[i]!.Refuse(reason);
                else if (!await queue.TryAddAsync(pending[i]!, isLive, cancellationToken))
                    pending[i]!.GiveBack();
            }

            var statuses = new List<BulkSubscribeAppResponseEntry>(deliveries.Count);
            for (var i = 0; i < deliveries.Count; i++)
            {
                var status = pending[i] is { } message ? await message.Answer : BulkSubscribeAppResponseStatus.DROP;
                if (status == BulkSubscribeAppResponseStatus.DROP)
                    await refusals.RecordAsync(topic, deliveries[i].EventId, pending[i]?.Reason ?? deliveries[i].Unreadable ?? "The message is empty.", cancellationToken);
                statuses.Add(new BulkSubscribeAppResponseEntry(deliveries[i].EntryId, status));
            }

            return new BulkSubscribeAppResponse(statuses);
        };
    }

    private static string? Unacceptable(CleanBars message, DateTimeOffset now)
    {
        if (FetchTime.Unacceptable(message.Provenance, now) is { } reason)
            return reason;
        if (message.Repeated < 0 || message.Provenance.Import is { Number: < 0 } or { ImportId: null or "" })
            return "'repeated' and the number of an import's batch are not negative, and an import has an id.";
        return null;
    }
}
