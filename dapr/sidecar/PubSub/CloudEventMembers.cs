using System.Text;
using System.Text.Json;
using StocksDapr.Sidecar.Json;

namespace StocksDapr.Sidecar.PubSub;

/// <summary>A CloudEvent that the publisher made itself: kept, with topic and pubsubname set and what is missing added.</summary>
internal static class CloudEventMembers
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 10_000, AllowMultipleValues = true };

    public static void Write(ReadOnlySpan<byte> json, EnvelopeContext context, DateTimeOffset? expiration, PooledBuffer output)
    {
        if (!GoJson.TryMeasureFirstValue(json, out var start, out var length)) throw new CloudEventException(GoJsonError.Describe(json));
        var value = json.Slice(start, length);
        var nulls = new HashSet<string>(StringComparer.Ordinal);
        var members = new SortedDictionary<string, (int Start, int Length)>(StringComparer.Ordinal);
        if (!value.SequenceEqual("null"u8)) Read(value, members, nulls);
        var added = new Dictionary<string, string>(StringComparer.Ordinal) { ["topic"] = context.Topic, ["pubsubname"] = context.PubSubName };
        AddMissing("time", CloudEventEnvelope.Now(context.Time));
        if (!members.ContainsKey("traceid")) added["traceid"] = added["traceparent"] = context.Trace.Id;
        AddMissing("tracestate", context.Trace.State);
        ReplaceNull("source", "Dapr");
        ReplaceNull("type", "com.dapr.event.sent");
        ReplaceNull("specversion", "1.0");
        if (expiration is { } end) added["expiration"] = TimeToLive.Format(end);
        foreach (var name in added.Keys) members[name] = default;

        var separator = "{"u8;
        foreach (var (name, range) in members)
        {
            output.Write(separator);
            separator = ","u8;
            GoJson.WriteString(name, output);
            output.Write(":"u8);
            if (added.TryGetValue(name, out var text)) GoJson.WriteString(text, output);
            else GoJson.WriteValue(value.Slice(range.Start, range.Length), output);
        }

        output.Write("}"u8);

        void ReplaceNull(string name, string text)
        {
            if (!members.ContainsKey(name) || nulls.Contains(name)) added[name] = text;
        }

        void AddMissing(string name, string text)
        {
            if (!members.ContainsKey(name)) added[name] = text;
        }
    }

    private static void Read(ReadOnlySpan<byte> value, SortedDictionary<string, (int Start, int Length)> members, HashSet<string> nulls)
    {
        var reader = new Utf8JsonReader(value, isFinalBlock: true, new JsonReaderState(Options));
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new CloudEventException($"json: cannot unmarshal {KindOf(reader.TokenType)} into Go value of type map[string]interface {{}}");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = Encoding.UTF8.GetString(GoJson.Unescape(reader.ValueSpan));
            reader.Read();
            if (reader.TokenType == JsonTokenType.Null) nulls.Add(name);
            else nulls.Remove(name);
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            members[name] = (start, (int)reader.BytesConsumed - start);
        }
    }

    private static string KindOf(JsonTokenType token) => token switch
    {
        JsonTokenType.StartArray => "array",
        JsonTokenType.String => "string",
        JsonTokenType.Number => "number",
        _ => "bool",
    };
}
