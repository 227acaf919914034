using StocksDapr.Sidecar.Api;

namespace StocksDapr.Sidecar.PubSub;

/// <summary><c>POST|PUT /v1.0/publish/{pubsub}/{topic}</c>.</summary>
internal static class PublishApi
{
    public static void Map(ApiRouter routes)
    {
        routes.Map("publish", "POST|PUT", "/v1.0/publish/{pubsub}/{topic*}", PublishAsync);
        BulkPublishApi.Map(routes);
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
            var body = await request.ReadBodyAsync();
            var message = target.Message(body.Span, request.Http.Request.ContentType, target.Metadata, target.Envelope(request));
            if (target.CheckScopes() is { } forbidden) await request.Error(forbidden);
            else await target.PublishAsync(message, request.Aborted);
        }
        catch (CloudEventException broken)
        {
            await request.Error(PubSubErrors.CloudEvent(target.PubSub, request.Sidecar.AppId, broken.Message));
        }
        catch (Exception failure) when (failure is not BadHttpRequestException && !request.Aborted.IsCancellationRequested)
        {
            await request.Error(PubSubErrors.Publish(target.PubSub, target.Topic, failure.Message));
        }

        if (!request.Http.Response.HasStarted) await request.NoContent();
    }
}
