using System.Globalization;
using System.Text.Json.Nodes;
using Google.Protobuf;

namespace StocksDapr.Conformance.Workflows;

/// <summary>Messages in the recordings' form: protobuf field names, wrappers as plain values, default values left out, marks for times, ids and the app.</summary>
internal static class RecordedJson
{
    private static readonly JsonFormatter Formatter = new(JsonFormatter.Settings.Default.WithPreserveProtoFieldNames(true));
    private static readonly JsonParser Parser = new(JsonParser.Settings.Default);

    public static T ToMessage<T>(JsonObject json, MessageParser<T> parser)
        where T : IMessage<T>
    {
        // The parser of messages is only there for its type.
        _ = parser;
        return (T)Parser.Parse(json.ToJsonString(), (Google.Protobuf.Reflection.MessageDescriptor)typeof(T).GetProperty("Descriptor")!.GetValue(null)!);
    }

    public static JsonObject Of(IMessage message) => JsonNode.Parse(Formatter.Format(message))!.AsObject();

    /// <summary>What differs. Marks of the recording stand for any value of their kind.</summary>
    public static void Compare(string path, JsonNode? recorded, JsonNode? seen, string appId, List<string> differences)
    {
        switch (Plain(recorded), Plain(seen))
        {
            case (JsonObject left, JsonObject right):
                foreach (var name in left.Select(member => member.Key).Union(right.Select(member => member.Key), StringComparer.Ordinal).ToList())
                    Compare($"{path}/{name}", left[name], right[name], appId, differences);
                break;
            case (JsonArray left, JsonArray right):
                for (var i = 0; i < Math.Max(left.Count, right.Count); i++)
                    Compare($"{path}/{i}", left.ElementAtOrDefault(i), right.ElementAtOrDefault(i), appId, differences);
                break;
            case var (left, right):
                if (!Same(left, right, appId)) differences.Add($"{path}: {right?.ToJsonString() ?? "nothing"} instead of {left?.ToJsonString() ?? "nothing"}");
                break;
        }
    }

    private static bool Same(JsonNode? recorded, JsonNode? seen, string appId) => (recorded as JsonValue)?.TryGetValue<string>(out var mark) == true && seen is JsonValue value && value.TryGetValue<string>(out var text)
        ? mark switch
        {
            "<time>" => DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out _),
            "<uuid>" => Guid.TryParse(text, out _),
            "<app id>" => text == appId,
            _ => text == mark,
        }
        : JsonNode.DeepEquals(recorded, seen);

    /// <summary>Default values are left out of the recordings, most of them; a trace context is left out altogether, an empty object as well.</summary>
    private static JsonNode? Plain(JsonNode? node)
    {
        switch (node)
        {
            case JsonValue value when value.TryGetValue<double>(out var number) && number == 0:
            case JsonValue flag when flag.TryGetValue<bool>(out var set) && !set:
                return null;
            case JsonObject members:
                var plain = new JsonObject();
                foreach (var (name, member) in members)
                {
                    // Running is the status that the wire leaves out.
                    var isLeftOut = name == "parentTraceContext" || (name == "workflowStatus" && member?.GetValue<string>() == "RUNNING");
                    if (!isLeftOut && Plain(member) is { } kept) plain[name] = kept.DeepClone();
                }

                return plain;
            default:
                return node;
        }
    }
}
