using System.Buffers;
using System.Buffers.Text;
using StocksDapr.Sidecar.Json;

namespace StocksDapr.Sidecar.PubSub;

/// <summary>One entry of a bulk publish.</summary>
internal sealed class BulkPublishEntry
{
    private static readonly SearchValues<byte> Alphabet =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"u8);

    public string EntryId { get; set; } = "";

    public string ContentType { get; set; } = "";

    /// <summary>Null when the entry has none; only then the request's metadata does not count for it.</summary>
    public Dictionary<string, string>? Metadata { get; set; }

    /// <summary>Where the event is in the body; empty = missing.</summary>
    public Range Event { get; set; }

    /// <exception cref="BulkPublishException">Event and content type do not match.</exception>
    public PubSubMessage ToMessage(ReadOnlyMemory<byte> body, PublishTarget target, EnvelopeContext envelope, string appId)
    {
        var metadata = MergedMetadata(target);
        try
        {
            var json = body.Span[Event];
            return target.Message(Bytes(json), ContentType, metadata, envelope);
        }
        catch (CloudEventException broken)
        {
            throw new BulkPublishException(PubSubErrors.Envelope(target.PubSub, target.Topic, appId, broken.Message));
        }
    }

    private IReadOnlyDictionary<string, string> MergedMetadata(PublishTarget target)
    {
        if (Metadata is null) return PubSubMessage.NoMetadata;
        if (target.Metadata.Count == 0) return Metadata;
        var merged = new Dictionary<string, string>(target.Metadata, StringComparer.Ordinal);
        foreach (var (name, value) in Metadata) merged[name] = value;
        return merged;
    }

    private ReadOnlySpan<byte> Bytes(ReadOnlySpan<byte> json)
    {
        var mediaType = CloudEventEnvelope.MediaType(ContentType);
        if (Is(mediaType, "application/json") || Is(mediaType, "application/cloudevents+json")) return json.IsEmpty ? "null"u8 : json;
        var isText = mediaType.StartsWith("text/", StringComparison.OrdinalIgnoreCase) || Is(mediaType, "application/xml");
        var isBinary = Is(mediaType, "application/octet-stream");
        if ((!isText && !isBinary) || json.IsEmpty || json[0] != '"') throw new CloudEventException("error: mismatch between contentType and event");
        var text = GoJson.Unescape(json[1..^1]);
        return isText ? text : Decode(text);
    }

    private static byte[] Decode(byte[] base64)
    {
        var bytes = new byte[Base64.GetMaxDecodedFromUtf8Length(base64.Length)];
        if (Base64.DecodeFromUtf8(base64, bytes, out var consumed, out var written) == OperationStatus.Done && consumed == base64.Length)
            return bytes[..written];
        var alphabet = base64.AsSpan().IndexOfAnyExcept(Alphabet);
        throw new CloudEventException(
            $"error: unable to decode base64 application/octect-stream data: illegal base64 data at input byte {(alphabet < 0 ? base64.Length : alphabet)}");
    }

    private static bool Is(string mediaType, string expected) => mediaType.Equals(expected, StringComparison.OrdinalIgnoreCase);
}
