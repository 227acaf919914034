using System.Buffers;
using System.Text.Json;
using StocksDapr.Sidecar.Delivery;
using StocksDapr.Sidecar.Hosting;
using StocksDapr.Sidecar.Json;
using StocksDapr.Sidecar.PubSub;
using StocksDapr.Sidecar.Resiliency;

namespace StocksDapr.Sidecar.Subscriptions;

/// <summary>Delivers several events by one POST and reads the application's verdict on each; with a retry policy only what failed is sent again.</summary>
internal sealed class BulkDelivery(AppSubscription subscription, SidecarContext sidecar)
{
    private readonly ILogger _log = sidecar.CreateLogger<BulkDelivery>();

    public async Task DeliverAsync(
        string path, List<Delivery> deliveries, DeliveryOutcome[] outcomes, ResiliencyRunner policy, CancellationToken cancellationToken)
    {
        var open = deliveries.ConvertAll(delivery => new Entry(Guid.NewGuid().ToString(), delivery));
        try
        {
            await policy.RunAsync(
                async token =>
                {
                    await AttemptAsync(path, open, outcomes, token);
                    open.RemoveAll(entry => outcomes[entry.Delivery.Index].Result != DeliveryResult.Failed);
                    if (open.Count > 0) throw outcomes[open[0].Delivery.Index].Failure!;
                },
                cancellationToken);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            foreach (var entry in open) outcomes[entry.Delivery.Index] = DeliveryOutcome.Failed(failure);
        }
    }

    private async Task AttemptAsync(string path, List<Entry> entries, DeliveryOutcome[] outcomes, CancellationToken cancellationToken)
    {
        using var body = new SegmentsContent(Write(entries));
        var headers = new Dictionary<string, string>(StringComparer.Ordinal) { ["pubsubName"] = subscription.Resource.PubSubName };
        var trace = sidecar.Tracer.Continue("", state: null);
        var response = await sidecar.App!.SendAsync(HttpMethod.Post, path, body, "application/json", headers, trace, cancellationToken);
        Judge(response, entries, outcomes);
    }

    // The frame around the events is made in one piece and cut where an event goes; events are not copied.
    private List<ReadOnlyMemory<byte>> Write(List<Entry> entries)
    {
        using var frame = new PooledBuffer(512 + (entries.Count * 192));
        var cuts = new List<int>(entries.Count);
        frame.Write("{\"entries\":["u8);
        for (var i = 0; i < entries.Count; i++)
        {
            var (id, delivery) = entries[i];
            CloudEventEnvelope.Member(i == 0 ? "{\"entryId\":"u8 : ",{\"entryId\":"u8, id, frame);
            if (subscription.IsRaw) CloudEventEnvelope.WriteBase64(",\"event\":"u8, delivery.Message.Data.Span, frame);
            else frame.Write(",\"event\":"u8);
            cuts.Add(frame.Length);
            frame.Write(",\"metadata\":{"u8);
            WriteMetadata(delivery.Message.Metadata, frame);
            CloudEventEnvelope.Member("},\"contentType\":"u8, subscription.IsRaw ? "application/octet-stream" : "application/cloudevents+json", frame);
            frame.Write("}"u8);
        }

        CloudEventEnvelope.Member("],\"id\":"u8, Guid.NewGuid().ToString(), frame);
        CloudEventEnvelope.Member(",\"metadata\":{\"pubsubName\":"u8, subscription.Resource.PubSubName, frame);
        CloudEventEnvelope.Member("},\"pubsubname\":"u8, subscription.Resource.PubSubName, frame);
        CloudEventEnvelope.Member(",\"topic\":"u8, entries[0].Delivery.Message.Topic, frame);
        frame.Write(",\"type\":\"com.dapr.event.sent.bulk\"}"u8);
        return Interleave(frame.ToArray(), cuts, entries);
    }

    private List<ReadOnlyMemory<byte>> Interleave(byte[] frame, List<int> cuts, List<Entry> entries)
    {
        var segments = new List<ReadOnlyMemory<byte>>((2 * cuts.Count) + 1);
        var start = 0;
        for (var i = 0; i < cuts.Count; i++)
        {
            segments.Add(frame.AsMemory(start, cuts[i] - start));
            if (!subscription.IsRaw) segments.Add(Numbers.ThroughDouble(entries[i].Delivery.Event));
            start = cuts[i];
        }

        segments.Add(frame.AsMemory(start));
        return segments;
    }

    private static void WriteMetadata(IReadOnlyDictionary<string, string> metadata, PooledBuffer body)
    {
        var isFirst = true;
        foreach (var (name, value) in metadata)
        {
            if (!isFirst) body.Write(","u8);
            isFirst = false;
            GoJson.WriteString(name, body);
            body.Write(":"u8);
            GoJson.WriteString(value, body);
        }
    }

    private void Judge(AppResponse response, List<Entry> entries, DeliveryOutcome[] outcomes)
    {
        var topic = entries[0].Delivery.Message.Topic;
        if (response.Status == StatusCodes.Status404NotFound)
        {
            // daprd forgets the whole batch, without a copy to the dead-letter topic.
            _log.EventNotFound(topic);
            foreach (var entry in entries) outcomes[entry.Delivery.Index] = DeliveryOutcome.Forgotten;
            return;
        }

        if (!response.IsSuccess)
            throw new StatusCodeException(response.Status, $"retriable error returned from app while processing bulk event of topic {topic}: status code {response.Status}");
        var statuses = ReadStatuses(response.Body.Span) ?? throw new RetryRequestedException($"the answer to a bulk event of topic {topic} cannot be read");
        foreach (var entry in entries)
        {
            outcomes[entry.Delivery.Index] = statuses.GetValueOrDefault(entry.Id) switch
            {
                "SUCCESS" => DeliveryOutcome.Done,
                "DROP" => DeliveryOutcome.Dropped,
                "RETRY" => DeliveryOutcome.Failed(new RetryRequestedException($"RETRY required while processing bulk subscribe event of topic {topic}")),
                _ => DeliveryOutcome.Failed(new RetryRequestedException($"no known status for an entry of a bulk event of topic {topic}")),
            };
        }
    }

    private static Dictionary<string, string>? ReadStatuses(ReadOnlySpan<byte> body)
    {
        try
        {
            var answer = JsonSerializer.Deserialize(body, BulkAnswerJson.Default.BulkAnswer);
            var statuses = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var entry in answer?.Statuses ?? []) statuses[entry.EntryId ?? ""] = entry.Status ?? "";
            return statuses;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>daprd decodes an event before it puts it into a bulk delivery, so its numbers pass through doubles. Only events with long numbers are touched.</summary>
    private static class Numbers
    {
        /// <summary>Every number of so many characters is the same before and after.</summary>
        private const int SafeLength = 15;

        private static readonly SearchValues<byte> Digits = SearchValues.Create("0123456789"u8);

        public static ReadOnlyMemory<byte> ThroughDouble(ReadOnlyMemory<byte> json) => HasLongRun(json.Span) ? GoDecoding.Reencode(json.Span) : json;

        private static bool HasLongRun(ReadOnlySpan<byte> json)
        {
            while (json.Length > SafeLength)
            {
                // A run of that length covers the character at this place, whereever it begins.
                if (!Digits.Contains(json[SafeLength]))
                {
                    json = json[(SafeLength + 1)..];
                    continue;
                }

                var start = json[..SafeLength].LastIndexOfAnyExcept(Digits) + 1;
                var length = json[start..].IndexOfAnyExcept(Digits);
                if (length < 0) length = json.Length - start;
                if (length > SafeLength) return true;
                json = json[(start + length)..];
            }

            return false;
        }
    }

    private sealed record Entry(string Id, Delivery Delivery);
}
