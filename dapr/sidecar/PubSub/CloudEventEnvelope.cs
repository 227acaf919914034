using System.Buffers.Text;
using System.Globalization;
using StocksDapr.Sidecar.Json;
using StocksDapr.Sidecar.Tracing;

namespace StocksDapr.Sidecar.PubSub;

/// <summary>Where and for whom an envelope is made.</summary>
internal sealed record EnvelopeContext(string Topic, string PubSubName, string AppId, TraceContext Trace, bool NativeTimeToLive, TimeProvider Time);

/// <summary>A CloudEvent that a publisher sent is not usable.</summary>
internal sealed class CloudEventException(string message) : Exception(message);

/// <summary>Wraps published bytes as daprd does: keys in alphabetical order, JSON data in Go's form, written straight into bytes.</summary>
internal static class CloudEventEnvelope
{
    private const string DefaultType = "com.dapr.event.sent";
    private const string DefaultSource = "Dapr";
    private const string Version = "1.0";
    private const string CloudEventJson = "application/cloudevents+json";

    /// <param name="data">What was published.</param>
    /// <param name="contentType">Its content type; empty counts as text/plain.</param>
    /// <param name="metadata">Publish metadata: overrides (<c>cloudevent.*</c>, any case) and time to live.</param>
    /// <param name="context">Topic, publisher and trace.</param>
    /// <param name="facts">What is known of the envelope.</param>
    /// <exception cref="CloudEventException">The content type says CloudEvent, and the bytes are none.</exception>
    public static byte[] Wrap(
        ReadOnlySpan<byte> data, string? contentType, IReadOnlyDictionary<string, string> metadata, EnvelopeContext context, out EventFacts facts)
    {
        contentType = string.IsNullOrEmpty(contentType) ? "text/plain" : contentType;
        var mediaType = MediaType(contentType);
        var expiration = context.NativeTimeToLive ? null : TimeToLive.ExpirationOf(metadata, context.Time);
        using var output = new PooledBuffer(data.Length + 512);
        if (mediaType.Equals(CloudEventJson, StringComparison.OrdinalIgnoreCase))
        {
            CloudEventMembers.Write(data, context, expiration, output);
            facts = EventFacts.Read(output.Written, out _) ?? throw new CloudEventException("the CloudEvent cannot be read back");
            return output.ToArray();
        }

        var overrides = Overrides.Read(metadata);
        var trace = Filled(overrides.TraceParent) ?? overrides.TraceId ?? context.Trace.Id;
        var state = overrides.TraceState ?? context.Trace.State;
        output.Write("{"u8);
        WriteData(data, mediaType, output);
        Member(",\"datacontenttype\":"u8, contentType, output);
        if (expiration is { } end) Member(",\"expiration\":"u8, TimeToLive.Format(end), output);
        Member(",\"id\":"u8, Filled(overrides.Id) ?? Guid.NewGuid().ToString(), output);
        Member(",\"pubsubname\":"u8, context.PubSubName, output);
        Member(",\"source\":"u8, overrides.Source is "" ? DefaultSource : overrides.Source ?? context.AppId, output);
        Member(",\"specversion\":"u8, Version, output);
        if (Filled(overrides.Subject) is { } subject) Member(",\"subject\":"u8, subject, output);
        Member(",\"time\":"u8, Now(context.Time), output);
        Member(",\"topic\":"u8, context.Topic, output);
        Member(",\"traceid\":"u8, trace, output);
        Member(",\"traceparent\":"u8, trace, output);
        Member(",\"tracestate\":"u8, state, output);
        Member(",\"type\":"u8, Filled(overrides.Type) ?? DefaultType, output);
        output.Write("}"u8);
        facts = new EventFacts(trace, state, expiration);
        return output.ToArray();
    }

    /// <summary>The envelope that a rawPayload subscription gets: always new, with its own id.</summary>
    public static byte[] WrapRaw(ReadOnlySpan<byte> data, string topic, string pubSubName)
    {
        using var output = new PooledBuffer((data.Length * 4 / 3) + 256);
        output.Write("{"u8);
        WriteBase64("\"data_base64\":"u8, data, output);
        Member(",\"datacontenttype\":"u8, "application/octet-stream", output);
        Member(",\"id\":"u8, Guid.NewGuid().ToString(), output);
        Member(",\"pubsubname\":"u8, pubSubName, output);
        Member(",\"source\":"u8, DefaultSource, output);
        Member(",\"specversion\":"u8, Version, output);
        Member(",\"topic\":"u8, topic, output);
        Member(",\"type\":"u8, DefaultType, output);
        output.Write("}"u8);
        return output.ToArray();
    }

    /// <summary>Appends base64 text with its quotes.</summary>
    public static void WriteBase64(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data, PooledBuffer output)
    {
        output.Write(name);
        output.Write("\""u8);
        Base64.EncodeToUtf8(data, output.GetSpan(Base64.GetMaxEncodedToUtf8Length(data.Length)), out _, out var written);
        output.Advance(written);
        output.Write("\""u8);
    }

    /// <summary>The media type without its parameters.</summary>
    public static string MediaType(string contentType)
    {
        var end = contentType.IndexOf(';', StringComparison.Ordinal);
        return end < 0 ? contentType : contentType[..end];
    }

    /// <summary>Local time in RFC 3339, whole seconds, as Go writes it.</summary>
    internal static string Now(TimeProvider time)
    {
        var now = time.GetLocalNow();
        return now.Offset == TimeSpan.Zero
            ? now.ToString("yyyy-MM-ddTHH:mm:ss'Z'", CultureInfo.InvariantCulture)
            : now.ToString("yyyy-MM-ddTHH:mm:sszzz", CultureInfo.InvariantCulture);
    }

    internal static void Member(ReadOnlySpan<byte> name, string value, PooledBuffer output)
    {
        output.Write(name);
        GoJson.WriteString(value, output);
    }

    private static string? Filled(string? text) => string.IsNullOrEmpty(text) ? null : text;

    private static void WriteData(ReadOnlySpan<byte> data, string mediaType, PooledBuffer output)
    {
        if (mediaType.Equals("application/octet-stream", StringComparison.OrdinalIgnoreCase)
            || mediaType.Equals("application/cloudevents+protobuf", StringComparison.OrdinalIgnoreCase))
        {
            WriteBase64("\"data_base64\":"u8, data, output);
            return;
        }

        output.Write("\"data\":"u8);
        if (mediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase) && GoJson.TryWriteFirstValue(data, output)) return;
        GoJson.WriteString(data, output);
    }

    /// <summary>The attributes that publish metadata may set.</summary>
    private readonly record struct Overrides(
        string? Id, string? Source, string? Type, string? Subject, string? TraceId, string? TraceParent, string? TraceState)
    {
        private const string Prefix = "cloudevent.";

        public static Overrides Read(IReadOnlyDictionary<string, string> metadata)
        {
            var found = default(Overrides);
            foreach (var (key, value) in metadata)
            {
                if (!key.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)) continue;
                found = key[Prefix.Length..].ToLowerInvariant() switch
                {
                    "id" => found with { Id = value },
                    "source" => found with { Source = value },
                    "type" => found with { Type = value },
                    "subject" => found with { Subject = value },
                    "traceid" => found with { TraceId = value },
                    "traceparent" => found with { TraceParent = value },
                    "tracestate" => found with { TraceState = value },
                    _ => found,
                };
            }

            return found;
        }
    }
}
