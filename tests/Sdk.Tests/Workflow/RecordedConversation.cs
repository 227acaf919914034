using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf;
using StocksDapr.Protocol.TaskHub;

namespace StocksDapr.Sdk.Workflow;

/// <summary>What daprd 1.18.3 and a small worker said to each other about workflows; see <c>tests/Conformance/Recordings/README.md</c>.</summary>
internal static class RecordedConversation
{
    private static readonly JsonParser Parser = new(JsonParser.Settings.Default.WithIgnoreUnknownFields(false));

    private static readonly Dictionary<string, JsonNode> Cases = Read();

    public static IEnumerable<string> Ids => Cases.Where(recorded => recorded.Value["workflowItems"] is JsonArray { Count: > 0 }).Select(recorded => recorded.Key);

    /// <summary>The turns of a case, in order: what daprd sent, and what the worker answered (null when it went away instead).</summary>
    public static IEnumerable<(WorkflowRequest Request, JsonObject? Response)> Turns(string id)
    {
        var clock = 0;
        foreach (var item in Cases[id]["workflowItems"]!.AsArray())
        {
            var request = new JsonObject
            {
                ["instanceId"] = item!["instanceId"]!.DeepClone(),
                ["pastEvents"] = item["pastEvents"]!.DeepClone(),
                ["newEvents"] = item["newEvents"]!.DeepClone(),
            };
            var text = request.ToJsonString(new JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping })
                .Replace("<uuid>", "6a3e0c5e-61f5-4b0e-9a52-6b8f8f6b2d11", StringComparison.Ordinal)
                .Replace("<time>", $"2026-01-05T09:30:{clock++ % 60:00}Z", StringComparison.Ordinal);
            yield return (Parser.Parse<WorkflowRequest>(text), item["response"] as JsonObject);
        }
    }

    private static Dictionary<string, JsonNode> Read()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("workflow.json")!;
        return JsonNode.Parse(stream)!["cases"]!.AsArray().ToDictionary(recorded => recorded!["id"]!.GetValue<string>(), recorded => recorded!);
    }
}
