using Dapr.AspNetCore;
using StocksDapr.Contracts;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;
using StocksDapr.ServiceDefaults.Messaging;
using StocksDapr.Writer.Actions;
using StocksDapr.Writer.Imports;
using StocksDapr.Writer.Listings;
using StocksDapr.Writer.OptionChains;
using StocksDapr.Writer.Runs;
using StocksDapr.Writer.Storage;
using StocksDapr.Writer.Streams;

namespace StocksDapr.Writer.Subscriptions;

/// <summary>What is not bars: instruments, corporate actions, forming bars, the life of imports and runs, option chains. There is little of it, so that each delivery is a transaction.</summary>
internal static class RecordSubscriptions
{
    public static void MapRecords(this IEndpointRouteBuilder app)
    {
        var services = app.ServiceProvider;
        Map<Instruments>(app, Topics.Instruments, services.GetRequiredService<InstrumentStore>().WriteAsync, Unacceptable);
        Map<CorporateActions>(app, Topics.CorporateActions, services.GetRequiredService<CorporateActionStore>().WriteAsync, Unacceptable);
        Map<ImportEvent>(app, Topics.Imports, services.GetRequiredService<ImportStore>().WriteAsync, Unacceptable);
        Map<LiveBars>(app, Topics.LiveBars, services.GetRequiredService<LiveBarStore>().WriteAsync, LiveBarRules.Unacceptable);
        Map<RunEvent>(app, Topics.Runs, services.GetRequiredService<RunStore>().WriteAsync, RunRules.Unacceptable);
        Map<CleanOptionChain>(app, Topics.Options, services.GetRequiredService<OptionStore>().WriteAsync, ChainRules.Unacceptable, RawOptionChain.MaxPerDelivery);
    }

    private static void Map<T>(
        IEndpointRouteBuilder app,
        string topic,
        Func<IReadOnlyList<T>, CancellationToken, Task> store,
        Func<T, DateTimeOffset, string?> unacceptable,
        int maxMessages = 64)
        where T : class
    {
        var time = app.ServiceProvider.GetRequiredService<TimeProvider>();
        var state = app.ServiceProvider.GetRequiredService<DatabaseState>();
        var refusals = app.ServiceProvider.GetRequiredService<Refusals>();
        var isolation = app.ServiceProvider.GetRequiredService<Isolation>();
        var metrics = app.ServiceProvider.GetRequiredService<Metrics>();
        var logger = app.ServiceProvider.GetRequiredService<ILogger<Refusals>>();
        app.MapTopic<T>(topic, async (deliveries, cancellationToken) =>
        {
            // Whatever is not decided below is to be delivered again.
            var statuses = new BulkSubscribeAppResponseStatus[deliveries.Count];
            Array.Fill(statuses, BulkSubscribeAppResponseStatus.RETRY);
            var accepted = new List<int>();
            for (var i = 0; i < deliveries.Count; i++)
            {
                var reason = deliveries[i].Message is { } message ? unacceptable(message, time.GetUtcNow()) : deliveries[i].Unreadable ?? "The message is empty.";
                if (reason is null)
                    accepted.Add(i);
                else
                    await RefuseAsync(i, reason);
            }

            try
            {
                if (state.SchemaReady.IsCompleted)
                    await isolation.RunAsync(accepted, StoreAsync, RefuseStoredAsync, cancellationToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                metrics.DatabaseFailed();
                logger.MessagesNotStored(exception, accepted.Count(index => statuses[index] == BulkSubscribeAppResponseStatus.RETRY), topic);
            }

            return new BulkSubscribeAppResponse([.. deliveries.Select((delivery, index) => new BulkSubscribeAppResponseEntry(delivery.EntryId, statuses[index]))]);

            async Task StoreAsync(IReadOnlyList<int> indexes, CancellationToken cancellation)
            {
                await store([.. indexes.Select(index => deliveries[index].Message!)], cancellation);
                foreach (var index in indexes)
                    statuses[index] = BulkSubscribeAppResponseStatus.SUCCESS;
            }

            Task RefuseStoredAsync(int index, Exception exception)
            {
                logger.MessageNotStorable(exception, topic);
                return RefuseAsync(index, exception.Message);
            }

            async Task RefuseAsync(int index, string reason)
            {
                metrics.DataRefused();
                statuses[index] = BulkSubscribeAppResponseStatus.DROP;
                await refusals.RecordAsync(topic, deliveries[index].EventId, reason, cancellationToken);
            }
        }, maxMessages);
    }

    private static string? Unacceptable(Instruments message, DateTimeOffset now)
    {
        if (FetchTime.Unacceptable(message.Provenance, now) is { } reason)
            return reason;
        return message.Items is null || message.Items.Any(item => item is not { Name.Length: > 0 } || !Symbol.IsValid(item.Symbol))
            ? "'items' are instruments, each with a symbol and a name."
            : null;
    }

    private static string? Unacceptable(CorporateActions message, DateTimeOffset now)
    {
        if (FetchTime.Unacceptable(message.Provenance, now) is { } reason)
            return reason;
        if (!Symbol.IsValid(message.Symbol))
            return "'symbol' is missing or not a symbol.";
        return message.Actions is null || message.Actions.Any(action => action is null || !double.IsFinite(action.Value) || action.Value <= 0)
            ? "'actions' are splits and dividends, each with a value above 0."
            : null;
    }

    private static string? Unacceptable(ImportEvent message, DateTimeOffset now) => message switch
    {
        { ImportId: null or "" } => "'importId' is missing.",
        ImportRejections { Lines: null } => "'lines' is missing.",
        ImportRejections rejections when rejections.Lines.Any(line => line is not { Code: not null, Reason: not null, Row: not null }) =>
            "A rejected line has line, code, reason and row.",
        ImportRead read when read.Batches < 0 || read.Rows < 0 || read.Rejected < 0 => "Counts are not negative.",
        ImportAccepted accepted when accepted.AcceptedAt < DateTimeOffset.UnixEpoch || accepted.AcceptedAt > now.AddDays(1) => "'acceptedAt' is missing or in the future.",
        _ => null,
    };
}
