using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using StocksDapr.Sidecar.Go;
using StocksDapr.Sidecar.Json;

namespace StocksDapr.Sidecar.State;

/// <summary>Writes the answer of a bulk get.</summary>
internal static class BulkAnswer
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <param name="entries">What the store answered.</param>
    /// <param name="asked">Number of keys asked for. daprd answers that many elements: when a store gives fewer (a key asked twice), empty ones follow.</param>
    public static ReadOnlyMemory<byte> Write(IReadOnlyList<BulkEntry> entries, int asked)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using var json = new Utf8JsonWriter(buffer, Options);
        json.WriteStartArray();
        for (var i = 0; i < asked; i++)
        {
            json.WriteStartObject();
            json.WriteString("key", i < entries.Count ? KeyPrefix.Remove(entries[i].Key) : "");
            if (i < entries.Count && entries[i].Entry is { } entry) WriteEntry(json, entry);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.Flush();
        return buffer.WrittenMemory;
    }

    private static void WriteEntry(Utf8JsonWriter json, StateEntry entry)
    {
        if (entry.Value.IsEmpty || !IsJson(entry.Value.Span))
        {
            // Bytes that somebody else stored over gRPC; daprd cannot write them either and breaks its answer off.
            if (!entry.Value.IsEmpty) json.WriteString("error", "the stored value is not JSON; get it alone");
            return;
        }

        json.WritePropertyName("data");
        json.WriteRawValue(entry.Value.Span, skipInputValidation: true);
        json.WriteString("etag", entry.ETag);
        if (entry.ExpiresAt is not { } expires) return;
        json.WriteStartObject("metadata");
        json.WriteString("ttlExpireTime", GoTime.Rfc3339(expires));
        json.WriteEndObject();
    }

    private static bool IsJson(ReadOnlySpan<byte> value)
    {
        try
        {
            var reader = new Utf8JsonReader(value, GoDecoding.ReaderOptions);
            while (reader.Read())
            {
                // Reading is the check.
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
