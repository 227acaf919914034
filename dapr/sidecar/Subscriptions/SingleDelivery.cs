using System.Text.Json;
using StocksDapr.Sidecar.Delivery;
using StocksDapr.Sidecar.Hosting;
using StocksDapr.Sidecar.PubSub;
using StocksDapr.Sidecar.Resiliency;
using StocksDapr.Sidecar.Tracing;

namespace StocksDapr.Sidecar.Subscriptions;

/// <summary>Delivers one event by POST and reads the application's verdict.</summary>
internal sealed class SingleDelivery(AppSubscription subscription, SidecarContext sidecar)
{
    private const string ContentType = "application/cloudevents+json";

    private readonly ILogger _log = sidecar.CreateLogger<SingleDelivery>();

    public async Task<DeliveryOutcome> DeliverAsync(Delivery delivery, ResiliencyRunner policy, CancellationToken cancellationToken)
    {
        try
        {
            return policy.IsNone
                ? await AttemptAsync(delivery, isFirst: true, cancellationToken)
                : await RetriedAsync(delivery, policy, cancellationToken);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            return DeliveryOutcome.Failed(failure);
        }
    }

    private Task<DeliveryOutcome> RetriedAsync(Delivery delivery, ResiliencyRunner policy, CancellationToken cancellationToken)
    {
        var isFirst = true;
        return policy.RunAsync(
            token =>
            {
                var first = isFirst;
                isFirst = false;
                return AttemptAsync(delivery, first, token);
            },
            cancellationToken);
    }

    private async Task<DeliveryOutcome> AttemptAsync(Delivery delivery, bool isFirst, CancellationToken cancellationToken)
    {
        var message = delivery.Message;

        // A raw subscriber gets a new event, with its own id, on each delivery.
        var body = isFirst || !subscription.IsRaw
            ? delivery.Event
            : CloudEventEnvelope.WrapRaw(message.Data.Span, message.Topic, subscription.Resource.PubSubName);
        var trace = delivery.Facts is { } facts ? sidecar.Tracer.Continue(facts.TraceParent, state: null) : TraceContext.None;
        var headers = new Dictionary<string, string>(message.Metadata, StringComparer.Ordinal) { ["pubsubName"] = subscription.Resource.PubSubName };
        var response = await sidecar.App!.SendAsync(HttpMethod.Post, delivery.Path, body, ContentType, headers, trace, cancellationToken);
        return Judge(response, message.Topic);
    }

    private DeliveryOutcome Judge(AppResponse response, string topic)
    {
        if (response.IsSuccess)
        {
            return AppVerdict.StatusOf(response.Body.Span) switch
            {
                null or "" or "SUCCESS" => DeliveryOutcome.Done,
                "DROP" => DeliveryOutcome.Dropped,
                "RETRY" => throw new RetryRequestedException($"RETRY status returned from app while processing an event of topic {topic}"),
                var unknown => throw new RetryRequestedException($"unknown status '{unknown}' returned from app while processing an event of topic {topic}"),
            };
        }

        if (response.Status != StatusCodes.Status404NotFound)
            throw new StatusCodeException(response.Status, $"retriable error returned from app while processing an event of topic {topic}: status code {response.Status}");
        _log.EventNotFound(topic);
        return DeliveryOutcome.Dropped;
    }
}

/// <summary>The status in an application's answer.</summary>
internal static class AppVerdict
{
    /// <summary>The value of <c>status</c> (name in any case); null when the body is no such object, which counts as success.</summary>
    public static string? StatusOf(ReadOnlySpan<byte> body)
    {
        if (body.IsEmpty) return null;
        string? status = null;
        try
        {
            var reader = new Utf8JsonReader(body);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return null;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isStatus = "status".Equals(reader.GetString(), StringComparison.OrdinalIgnoreCase);
                reader.Read();
                if (!isStatus) reader.Skip();
                else if (reader.TokenType == JsonTokenType.String) status = reader.GetString();
                else if (reader.TokenType != JsonTokenType.Null) return null;
            }

            return status;
        }
        catch (JsonException)
        {
            return null;
        }
        catch (InvalidOperationException)
        {
            // A string with broken UTF-8.
            return null;
        }
    }
}
