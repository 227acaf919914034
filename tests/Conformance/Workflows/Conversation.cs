using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using Google.Protobuf;
using StocksDapr.Conformance.Replaying;
using StocksDapr.Protocol.Grpc;
using StocksDapr.Protocol.TaskHub;
using StocksDapr.Support.Workflows;

namespace StocksDapr.Conformance.Workflows;

/// <summary>A recorded conversation of area <c>workflow</c>, held again: the client's calls in order, with the scripted worker beside them.</summary>
internal sealed class Conversation(JsonObject recorded, ReplaySetup setup)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly string _appId = setup.Apps[0].Id;
    private readonly List<string> _differences = [];

    public static string IdOf(JsonObject recorded) => recorded["id"]!.GetValue<string>();

    /// <summary>Whether a sidecar that forgets everything when it stops can hold it.</summary>
    public static bool SurvivesRestart(JsonObject recorded) => recorded["client"]!.AsArray().Any(step => step!["sidecar"] is not null);

    /// <summary>
    /// Times are marks in the recordings. A timer is due a second after it was made; but where an event is to be first it is due later, and in the case that
    /// is about the past it was due before.
    /// </summary>
    public static JsonObject FillTimes(JsonObject recorded, JsonObject answer)
    {
        var wait = IdOf(recorded) switch
        {
            "workflow.timer-past" => TimeSpan.FromSeconds(-10),
            "workflow.event-before-timeout" => TimeSpan.FromMinutes(1),
            "workflow.sidecar-restart" => TimeSpan.FromSeconds(12),
            _ => TimeSpan.FromSeconds(1),
        };
        var due = (TimeProvider.System.GetUtcNow() + wait).ToString("yyyy-MM-ddTHH:mm:ss.fffffffZ", System.Globalization.CultureInfo.InvariantCulture);
        return JsonNode.Parse(answer.ToJsonString().Replace("\\u003Ctime\\u003E", due, StringComparison.Ordinal))!.AsObject();
    }

    public async Task<IReadOnlyList<string>> HoldAsync()
    {
        var steps = recorded["client"]!.AsArray().Select(step => step!.AsObject()).ToList();
        await using var worker = new ScriptedWorker(recorded);
        if (!steps.Exists(step => step["worker"] is not null)) worker.Connect(Address);
        for (var i = 0; i < steps.Count; i++) await StepAsync(i, steps[i], worker);
        CompareTurns(worker);
        CompareActivities(worker);
        return _differences;
    }

    private Uri Address => new($"http://127.0.0.1:{setup.GrpcPort()}");

    private async Task StepAsync(int number, JsonObject step, ScriptedWorker worker)
    {
        if (step["pauseMs"] is { } pause) await Task.Delay(pause.GetValue<int>());
        else if (step["worker"] is not null) worker.Connect(Address);
        else if (step["sidecar"] is not null) await RestartAsync(worker);
        else if (step["call"]!.GetValue<string>() == "http") await HttpAsync(number, step);
        else await CallAsync(number, step);
    }

    private async Task RestartAsync(ScriptedWorker worker)
    {
        setup.Signal("KILL");
        await setup.Exit;
        await setup.StartSidecarsAsync();

        // The gRPC port is another one now.
        await worker.LeaveAsync();
        worker.Connect(Address);
    }

    private async Task HttpAsync(int number, JsonObject step)
    {
        var request = step["request"]!;
        var headers = request["headers"]?.AsObject().Select(header => KeyValuePair.Create(header.Key, header.Value!.GetValue<string>())).ToList() ?? [];
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{setup.HttpPort(null)}"), Timeout = Limit };
        using var message = new HttpRequestMessage(new HttpMethod(request["method"]!.GetValue<string>()), request["url"]!.GetValue<string>());
        if (request["body"]?.GetValue<string>() is { } body) message.Content = new StringContent(body, Encoding.UTF8);
        foreach (var (name, value) in headers) message.Content!.Headers.ContentType = new System.Net.Http.Headers.MediaTypeHeaderValue(value);
        using var response = await client.SendAsync(message);
        var path = $"/client/{number}";
        RecordedJson.Compare($"{path}/status", step["status"], (int)response.StatusCode, _appId, _differences);
        RecordedJson.Compare($"{path}/body", step["body"], JsonNode.Parse(await response.Content.ReadAsStringAsync()), _appId, _differences);
    }

    private async Task CallAsync(int number, JsonObject step)
    {
        using var hub = new TaskHubClient(Address);
        var path = $"/client/{number}";
        var method = step["call"]!.GetValue<string>();
        var error = step["error"]?["code"]?.GetValue<int>();
        var clock = Stopwatch.StartNew();
        try
        {
            var answer = await TaskHubMethods.CallAsync(hub, method, step["request"]!.AsObject(), error == (int)GrpcStatusCode.DeadlineExceeded ? TimeSpan.FromSeconds(2) : Limit);
            if (error is not null) _differences.Add($"{path}: an answer instead of error {error}");
            else CompareAnswer($"{path}/reply", step["reply"]!, answer);
        }
        catch (GrpcException failed)
        {
            if (error != (int)failed.Status) _differences.Add($"{path} {method}: error {(int)failed.Status} ({failed.Message}) instead of {step["error"]?.ToJsonString() ?? "an answer"} after {clock.Elapsed}");
        }
    }

    private void CompareAnswer(string path, JsonNode reply, IMessage answer)
    {
        if (answer is GetInstanceHistoryResponse history) CompareEvents(path, reply["events"]!.AsArray(), history.Events);
        else RecordedJson.Compare(path, reply, RecordedJson.Of(answer), _appId, _differences);
    }

    /// <summary>Where turns are cut may differ: events are compared over all turns of an instance.</summary>
    private void CompareTurns(ScriptedWorker worker)
    {
        var turns = worker.Turns.GroupBy(turn => turn.InstanceId).ToDictionary(turns => turns.Key, turns => turns.SelectMany(turn => turn.NewEvents).ToList());
        foreach (var items in recorded["workflowItems"]!.AsArray().GroupBy(item => item!["instanceId"]!.GetValue<string>()))
            CompareEvents($"/workflowItems/{items.Key}", [.. items.SelectMany(item => item!["newEvents"]!.AsArray()).Select(happened => happened!.DeepClone())], turns.GetValueOrDefault(items.Key) ?? []);
        foreach (var turn in worker.Turns.Where(turn => turn.NewEvents.FirstOrDefault()?.WorkflowStarted is null))
            _differences.Add($"/workflowItems/{turn.InstanceId}: a turn does not begin with workflowStarted");
    }

    private void CompareEvents(string path, JsonArray recordedEvents, IEnumerable<HistoryEvent> seen)
    {
        var expected = new JsonArray([.. recordedEvents.Where(happened => happened!["workflowStarted"] is null).Select(happened => Bare(happened!.DeepClone().AsObject()))]);
        var got = new JsonArray([.. seen.Where(happened => happened.WorkflowStarted is null).Select(happened => Bare(RecordedJson.Of(happened)))]);
        RecordedJson.Compare(path, expected, got, _appId, _differences);
    }

    private static JsonObject Bare(JsonObject happened)
    {
        happened.Remove("timestamp");
        happened.Remove("router");
        return happened;
    }

    private void CompareActivities(ScriptedWorker worker)
    {
        static (string, int, string?) Key(JsonNode item) =>
            (item["workflowInstance"]!["instanceId"]!.GetValue<string>(), item["taskId"]?.GetValue<int>() ?? 0, item["input"]?.GetValue<string>());
        var expected = (recorded["activityItems"]?.AsArray() ?? []).Select(item => item!.DeepClone().AsObject()).OrderBy(Key).ToList();
        foreach (var item in expected)
        {
            item.Remove("response");
            item.Remove("workedMs");
        }

        var got = worker.Activities.Select(activity => RecordedJson.Of(activity)).OrderBy(Key).ToList();
        RecordedJson.Compare("/activityItems", new JsonArray([.. expected]), new JsonArray([.. got]), _appId, _differences);
    }
}
