using System.Diagnostics;
using System.Text.Json.Nodes;

namespace StocksDapr.Conformance.Replaying;

/// <summary>Looks behind a broker by RabbitMQ's management API, and does there what another program would.</summary>
internal static class RabbitMqProbe
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);

    public static async Task<JsonObject> RunAsync(ReplaySetup setup, JsonObject question, JsonObject what)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            var seen = await AskAsync(setup, question);
            if (what["until"] is not { } until || JsonNode.DeepEquals(until, seen) || clock.ElapsedMilliseconds > (what["timeoutMs"]?.GetValue<int>() ?? 0))
                return new JsonObject { ["result"] = seen };
            await Task.Delay(PollInterval);
        }
    }

    private static async Task<JsonNode?> AskAsync(ReplaySetup setup, JsonObject question)
    {
        var path = setup.Fill(question["path"]!.GetValue<string>());
        var body = question["body"] is { } given ? JsonNode.Parse(setup.Fill(given.ToJsonString())) : null;
        if (path.EndsWith("/publish", StringComparison.Ordinal)) body!["properties"] ??= new JsonObject();
        var answer = await setup.RabbitMq.ManageAsync(question["method"]?.GetValue<string>() ?? "GET", path, body);
        return question["pick"] is { } keys ? Pick(answer, [.. keys.AsArray().Select(key => key!.GetValue<string>())]) : answer;
    }

    private static JsonNode? Pick(JsonNode? answer, string[] keys) => answer switch
    {
        // Lists are in no order of their own; they were recorded in the order of their text.
        JsonArray list => new JsonArray([.. list.Select(element => Pick(element, keys)).OrderBy(element => element?.ToJsonString(), StringComparer.Ordinal)]),
        JsonObject found => new JsonObject(keys.Where(found.ContainsKey).Order(StringComparer.Ordinal).Select(key => KeyValuePair.Create(key, found[key]?.DeepClone()))),
        _ => answer?.DeepClone(),
    };
}
