using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Dapr.Client.Http;

internal sealed partial class HttpDaprClient
{
    private const string Publish = "Publish";
    private const string BulkPublish = "Bulk Publish";

    public override Task PublishEventAsync<TData>(
        string pubsubName, string topicName, TData data, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        return PublishAsync(PublishRoute(pubsubName, topicName, metadata: null), Event(data), cancellationToken);
    }

    public override Task PublishEventAsync<TData>(
        string pubsubName, string topicName, TData data, Dictionary<string, string> metadata, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(metadata);
        return PublishAsync(PublishRoute(pubsubName, topicName, metadata), Event(data), cancellationToken);
    }

    public override Task PublishEventAsync(string pubsubName, string topicName, CancellationToken cancellationToken = default) =>
        PublishAsync(PublishRoute(pubsubName, topicName, metadata: null), new PooledBuffer(contentType: null), cancellationToken);

    public override Task PublishEventAsync(
        string pubsubName, string topicName, Dictionary<string, string> metadata, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        return PublishAsync(PublishRoute(pubsubName, topicName, metadata), new PooledBuffer(contentType: null), cancellationToken);
    }

    public override Task PublishByteEventAsync(
        string pubsubName,
        string topicName,
        ReadOnlyMemory<byte> data,
        string dataContentType = Constants.ContentTypeApplicationJson,
        Dictionary<string, string>? metadata = null,
        CancellationToken cancellationToken = default)
    {
        var content = new ReadOnlyMemoryContent(data);
        content.Headers.AddText("Content-Type", dataContentType ?? Constants.ContentTypeApplicationJson, nameof(dataContentType));
        return PublishAsync(PublishRoute(pubsubName, topicName, metadata), content, cancellationToken);
    }

    public override Task<BulkPublishResponse<TValue>> BulkPublishEventAsync<TValue>(
        string pubsubName,
        string topicName,
        IReadOnlyList<TValue> events,
        Dictionary<string, string>? metadata = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(events);
        var route = new SidecarRoute("/v1.0/publish/bulk")
            .Segment(pubsubName, nameof(pubsubName)).Segment(topicName, nameof(topicName)).Metadata(metadata);
        return BulkPublishAsync(route, events, metadata, cancellationToken);
    }

    private static SidecarRoute PublishRoute(string pubsubName, string topicName, Dictionary<string, string>? metadata) =>
        new SidecarRoute("/v1.0/publish").Segment(pubsubName, nameof(pubsubName)).Segment(topicName, nameof(topicName)).Metadata(metadata);

    private async Task PublishAsync(SidecarRoute route, HttpContent content, CancellationToken cancellationToken)
    {
        using var request = channel.Request(HttpMethod.Post, route, content);
        await channel.SendAndForgetAnswerAsync(request, Publish, cancellationToken);
    }

    private PooledBuffer Event<TData>(TData data)
    {
        var body = new PooledBuffer(data is CloudEvent ? Constants.ContentTypeCloudEvent : Constants.ContentTypeApplicationJson);
        try
        {
            using var writer = new Utf8JsonWriter(body, _writerOptions);
            JsonSerializer.Serialize(writer, data, options);
            return body;
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    private async Task<BulkPublishResponse<TValue>> BulkPublishAsync<TValue>(
        SidecarRoute route, IReadOnlyList<TValue> events, Dictionary<string, string>? metadata, CancellationToken cancellationToken)
    {
        using var request = channel.Request(HttpMethod.Post, route, Entries(events, metadata));
        using var response = await channel.SendAsync(request, BulkPublish, cancellationToken);
        if (response.IsSuccessStatusCode) return new BulkPublishResponse<TValue>([]);

        // One failed event of many is an answer, not an exception; anything else that is no success is one.
        var body = await ReadBytesAsync(response, BulkPublish, cancellationToken);
        return FailedEntries(body, events, metadata) is { Count: > 0 } failed
            ? new BulkPublishResponse<TValue>(failed)
            : throw SidecarFailure.Of(BulkPublish, SidecarFailure.Of(response.StatusCode, body));
    }

    /// <summary>
    /// Writes all entries into one buffer. Each event gets the writer afresh, at depth 0, so that the depth limit of the
    /// application's options means the same as in a publish of its own.
    /// </summary>
    private PooledBuffer Entries<TValue>(IReadOnlyList<TValue> events, Dictionary<string, string>? metadata)
    {
        var body = new PooledBuffer(Constants.ContentTypeApplicationJson);
        try
        {
            var ending = EntryEnding(metadata);
            using var writer = new Utf8JsonWriter(body, _writerOptions);
            body.Write("["u8);
            for (var i = 0; i < events.Count; i++)
            {
                body.Write(i == 0 ? "{\"entryId\":\""u8 : ",{\"entryId\":\""u8);
                WriteNumber(body, i);
                body.Write("\",\"event\":"u8);
                writer.Reset(body);
                WriteEvent(writer, events[i]);
                writer.Flush();
                body.Write(",\"contentType\":\""u8);
                Encoding.ASCII.GetBytes(ContentTypeOf(events[i]).AsSpan(), body);
                body.Write(ending);
            }

            body.Write("]"u8);
            return body;
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    private void WriteEvent<TValue>(Utf8JsonWriter writer, TValue value)
    {
        if (value is byte[] bytes) writer.WriteBase64StringValue(bytes);
        else JsonSerializer.Serialize(writer, value, options);
    }

    private static string ContentTypeOf<TValue>(TValue value) => value switch
    {
        byte[] => Constants.ContentTypeApplicationOctetStream,
        CloudEvent => Constants.ContentTypeCloudEvent,
        _ => Constants.ContentTypeApplicationJson,
    };

    /// <summary>What follows the content type of every entry. The sidecar looks at an entry's metadata only, if it has any, so each has the call's.</summary>
    private static byte[] EntryEnding(Dictionary<string, string>? metadata)
    {
        if (metadata is not { Count: > 0 }) return "\"}"u8.ToArray();
        return [.. "\",\"metadata\":"u8, .. JsonSerializer.SerializeToUtf8Bytes(metadata, WireJson.Default.DictionaryStringString), (byte)'}'];
    }

    private static void WriteNumber(PooledBuffer body, int number)
    {
        const int longestInt = 11;
        Utf8Formatter.TryFormat(number, body.GetSpan(longestInt), out var length);
        body.Advance(length);
    }

    private static List<BulkPublishResponseFailedEntry<TValue>>? FailedEntries<TValue>(
        byte[] body, IReadOnlyList<TValue> events, Dictionary<string, string>? metadata)
    {
        List<BulkPublishAnswer.Entry>? entries;
        try
        {
            entries = JsonSerializer.Deserialize(body, WireJson.Default.BulkPublishAnswer)?.FailedEntries;
        }
        catch (JsonException)
        {
            return null;
        }

        if (entries is null) return null;
        var failed = new List<BulkPublishResponseFailedEntry<TValue>>(entries.Count);
        foreach (var entry in entries)
        {
            // A failure that belongs to no event of ours leaves open which one failed: better all of them than none.
            if (!int.TryParse(entry.EntryId, NumberStyles.None, CultureInfo.InvariantCulture, out var index) || index >= events.Count) return null;
            var value = events[index];
            failed.Add(new BulkPublishResponseFailedEntry<TValue>(
                new BulkPublishEntry<TValue>(entry.EntryId, value, ContentTypeOf(value), metadata ?? []), entry.Error ?? string.Empty));
        }

        return failed;
    }
}
