using System.Text.Json;
using Dapr;
using Dapr.AspNetCore;
using StocksDapr.Contracts;
using StocksDapr.Writer.Storage;

namespace StocksDapr.Writer.DeadLetters;

/// <summary>
/// Keeps what arrives on the dead-letter topic. Nothing is dropped from here, for there is nowhere to drop it to: a letter that
/// cannot be stored is delivered again.
/// </summary>
internal static class DeadLetterSubscription
{
    public static void MapDeadLetters(this IEndpointRouteBuilder app) =>
        app.MapPost($"/topics/{Topics.DeadLetters}", KeepAsync)
            .WithTopic(new TopicOptions { PubsubName = Components.PubSub, Name = Topics.DeadLetters })
            .WithBulkSubscribe(new BulkSubscribeTopicOptions { TopicName = Topics.DeadLetters, MaxMessagesCount = 64, MaxAwaitDurationMs = 20 })
            .ExcludeFromDescription();

    private static async Task<BulkSubscribeAppResponse> KeepAsync(
        HttpRequest request, DeadLetterStore store, DatabaseState state, Metrics metrics, ILogger<DeadLetterStore> logger, CancellationToken cancellationToken)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, cancellationToken);
        IReadOnlyList<DeadLetterDelivery.Entry> entries;
        try
        {
            entries = DeadLetterDelivery.Read(body.GetBuffer().AsMemory(0, (int)body.Length));
        }
        catch (JsonException exception)
        {
            throw new BadHttpRequestException("The body is not a bulk delivery of Dapr.", exception);
        }

        var letters = entries.Select(entry => DeadLetter.Read(entry.Envelope)).ToList();
        if (!state.SchemaReady.IsCompleted)
            return Answer(entries, BulkSubscribeAppResponseStatus.RETRY);

        try
        {
            await store.WriteAsync(letters, cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            logger.MessagesNotStored(exception, letters.Count, Topics.DeadLetters);
            return Answer(entries, BulkSubscribeAppResponseStatus.RETRY);
        }

        foreach (var letter in letters)
        {
            metrics.DeadLetter(letter.Topic);
            logger.DeadLetterReceived(letter.Topic, letter.EventId);
        }

        return Answer(entries, BulkSubscribeAppResponseStatus.SUCCESS);
    }

    private static BulkSubscribeAppResponse Answer(IReadOnlyList<DeadLetterDelivery.Entry> entries, BulkSubscribeAppResponseStatus status) =>
        new([.. entries.Select(entry => new BulkSubscribeAppResponseEntry(entry.Id, status))]);
}
