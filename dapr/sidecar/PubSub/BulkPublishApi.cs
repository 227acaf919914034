using System.Text.Json;
using StocksDapr.Sidecar.Api;

namespace StocksDapr.Sidecar.PubSub;

/// <summary><c>POST|PUT /v1.0/publish/bulk/{pubsub}/{topic}</c>, and the same under <c>v1.0-alpha1</c>.</summary>
internal static class BulkPublishApi
{
    public static void Map(ApiRouter routes)
    {
        routes.Map("publish", "POST|PUT", "/v1.0/publish/bulk/{pubsub}/{topic*}", PublishAsync);
        routes.Map("publish", "POST|PUT", "/v1.0-alpha1/publish/bulk/{pubsub}/{topic*}", PublishAsync);
    }

    private static async Task PublishAsync(ApiRequest request)
    {
        var target = PublishTarget.Find(request, out var error);
        if (target is null)
        {
            await request.Error(error!);
            return;
        }

        try
        {
            await PublishAsync(request, target);
        }
        catch (BulkPublishException refused)
        {
            await request.Error(refused.Error);
        }
        catch (BodyTooLargeException tooLarge)
        {
            await request.Error(PubSubErrors.Unmarshal(target.PubSub, target.Topic, request.Sidecar.AppId, tooLarge.Message));
        }
    }

    private static async Task PublishAsync(ApiRequest request, PublishTarget target)
    {
        var body = await request.ReadBodyAsync();
        var entries = BulkPublishRequest.Read(body, target, request.Sidecar.AppId);
        var envelope = target.Envelope(request);
        var messages = new PubSubMessage[entries.Count];
        for (var i = 0; i < messages.Length; i++) messages[i] = entries[i].ToMessage(body, target, envelope, request.Sidecar.AppId);
        if (target.CheckScopes() is { } forbidden)
        {
            await request.Error(forbidden);
            return;
        }

        var failed = await target.PublishAllAsync(messages, request.Aborted);
        if (failed.Count == 0) await request.NoContent();
        else await WriteFailuresAsync(request, entries, failed);
    }

    private static async Task WriteFailuresAsync(ApiRequest request, List<BulkPublishEntry> entries, IReadOnlyList<(int Index, string Error)> failed)
    {
        using var stream = new MemoryStream();
        await using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteStartArray("failedEntries");
            foreach (var (index, error) in failed)
            {
                json.WriteStartObject();
                json.WriteString("entryId", entries[index].EntryId);
                json.WriteString("error", error);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteString("errorCode", "ERR_PUBSUB_PUBLISH_MESSAGE");
            json.WriteEndObject();
        }

        await request.Json(stream.ToArray(), StatusCodes.Status500InternalServerError);
    }
}
