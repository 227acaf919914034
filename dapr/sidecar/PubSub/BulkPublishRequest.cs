using System.Text;
using System.Text.Json;
using StocksDapr.Sidecar.Api;
using StocksDapr.Sidecar.Json;

namespace StocksDapr.Sidecar.PubSub;

/// <summary>A bulk publish is refused as a whole.</summary>
internal sealed class BulkPublishException(DaprError error) : Exception(error.Message)
{
    public DaprError Error { get; } = error;
}

/// <summary>Reads the body of a bulk publish: an array of entries whose events stay where they are, as ranges of the body.</summary>
internal static class BulkPublishRequest
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 10_000, AllowMultipleValues = true };

    /// <exception cref="BulkPublishException">The body is not such an array, or entry ids are missing or repeated.</exception>
    public static List<BulkPublishEntry> Read(ReadOnlyMemory<byte> body, PublishTarget target, string appId)
    {
        List<BulkPublishEntry> entries;
        try
        {
            entries = ReadEntries(body.Span);
        }
        catch (JsonException broken)
        {
            var said = GoJsonError.Describe(body.Span);
            throw new BulkPublishException(PubSubErrors.Unmarshal(target.PubSub, target.Topic, appId, said == "invalid JSON" ? broken.Message : said));
        }

        var ids = new HashSet<string>(entries.Count, StringComparer.Ordinal);
        return entries.TrueForAll(entry => entry.EntryId.Length > 0 && ids.Add(entry.EntryId))
            ? entries
            : throw new BulkPublishException(PubSubErrors.EntryIds(target.PubSub, target.Topic, appId));
    }

    private static List<BulkPublishEntry> ReadEntries(ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body, isFinalBlock: true, new JsonReaderState(Options));
        var entries = new List<BulkPublishEntry>();
        if (!reader.Read()) throw new JsonException("EOF");
        if (reader.TokenType == JsonTokenType.Null) return entries;
        Require(ref reader, JsonTokenType.StartArray, "[]http.bulkPublishMessageEntry");
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            Require(ref reader, JsonTokenType.StartObject, "http.bulkPublishMessageEntry");
            entries.Add(ReadEntry(ref reader));
        }

        return entries;
    }

    private static BulkPublishEntry ReadEntry(ref Utf8JsonReader reader)
    {
        var entry = new BulkPublishEntry();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = Encoding.UTF8.GetString(reader.ValueSpan);
            reader.Read();
            if (name.Equals("entryId", StringComparison.OrdinalIgnoreCase)) entry.EntryId = Text(ref reader);
            else if (name.Equals("contentType", StringComparison.OrdinalIgnoreCase)) entry.ContentType = Text(ref reader);
            else if (name.Equals("metadata", StringComparison.OrdinalIgnoreCase)) entry.Metadata = ReadMetadata(ref reader);
            else if (name.Equals("event", StringComparison.OrdinalIgnoreCase)) entry.Event = Skip(ref reader);
            else reader.Skip();
        }

        return entry;
    }

    private static Dictionary<string, string>? ReadMetadata(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null) return null;
        Require(ref reader, JsonTokenType.StartObject, "map[string]string");
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = Encoding.UTF8.GetString(GoJson.Unescape(reader.ValueSpan));
            reader.Read();
            metadata[name] = Text(ref reader);
        }

        return metadata;
    }

    private static Range Skip(ref Utf8JsonReader reader)
    {
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return start..(int)reader.BytesConsumed;
    }

    private static string Text(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Null) return "";
        Require(ref reader, JsonTokenType.String, "string");
        return Encoding.UTF8.GetString(reader.ValueIsEscaped ? GoJson.Unescape(reader.ValueSpan) : reader.ValueSpan);
    }

    private static void Require(ref Utf8JsonReader reader, JsonTokenType token, string goType)
    {
        if (reader.TokenType == token) return;
        var kind = reader.TokenType switch
        {
            JsonTokenType.StartObject => "object",
            JsonTokenType.StartArray => "array",
            JsonTokenType.String => "string",
            JsonTokenType.Number => "number",
            JsonTokenType.Null => "null",
            _ => "bool",
        };
        throw new JsonException($"json: cannot unmarshal {kind} into Go value of type {goType}");
    }
}
