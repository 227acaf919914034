using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Dapr.AspNetCore;

/// <summary>The payload of a CloudEvent: the bytes and their content type, null when there is no payload.</summary>
internal sealed record CloudEventPayload(byte[] Body, string? ContentType)
{
    private const string Json = "application/json";

    /// <summary>Reads the payload; false when the envelope is not one.</summary>
    public static bool TryRead(JsonElement envelope, CloudEventsMiddlewareOptions options, [NotNullWhen(true)] out CloudEventPayload? payload)
    {
        payload = null;
        if (envelope.ValueKind != JsonValueKind.Object) return false;
        var hasData = TryFind(envelope, CloudEventAttributes.Data, out var data);
        var hasBase64 = TryFind(envelope, CloudEventAttributes.DataBase64, out var base64);
        if (hasData && hasBase64) return false;

        var contentType = ContentTypeOf(envelope, out var isJson);
        if (hasData)
        {
            payload = new CloudEventPayload(Bytes(data, isJson || options.SuppressJsonDecodingOfTextPayloads), contentType);
        }
        else if (!hasBase64)
        {
            payload = new CloudEventPayload([], ContentType: null);
        }
        else if (base64.ValueKind == JsonValueKind.String && base64.TryGetBytesFromBase64(out var bytes))
        {
            payload = new CloudEventPayload(bytes, contentType);
        }

        return payload is not null;
    }

    /// <summary>Only a string can be anything else than JSON.</summary>
    private static byte[] Bytes(JsonElement data, bool asJson) => asJson || data.ValueKind != JsonValueKind.String
        ? JsonMarshal.GetRawUtf8Value(data).ToArray()
        : Encoding.UTF8.GetBytes(data.GetString()!);

    private static string ContentTypeOf(JsonElement envelope, out bool isJson)
    {
        if (!TryFind(envelope, CloudEventAttributes.DataContentType, out var value)
            || value.ValueKind != JsonValueKind.String
            || value.GetString() is not { } text
            || !MediaTypeHeaderValue.TryParse(text, out var parsed))
        {
            isJson = true;
            return Json;
        }

        isJson = parsed.MediaType.Equals(Json, StringComparison.Ordinal)
            || (parsed.MediaType.HasValue && parsed.MediaType.Value.EndsWith("+json", StringComparison.Ordinal));
        // The payload is handed on as UTF-8, whatever it was before it went into the envelope.
        if (!text.Contains("charset", StringComparison.Ordinal)) return text;
        parsed.Charset = StringSegment.Empty;
        return parsed.ToString();
    }

    private static bool TryFind(JsonElement envelope, string name, out JsonElement value)
    {
        foreach (var property in envelope.EnumerateObject())
        {
            if (!property.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) continue;
            value = property.Value;
            return true;
        }

        value = default;
        return false;
    }
}
