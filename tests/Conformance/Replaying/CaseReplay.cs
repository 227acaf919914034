using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using StocksDapr.Conformance.Comparing;

namespace StocksDapr.Conformance.Replaying;

/// <summary>Replays one case step by step and collects what differs from the recording.</summary>
internal sealed class CaseReplay(RecordedCase recorded, ReplaySetup setup)
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(10);
    private static readonly HashSet<string> NotShown = ["date", "content-length", "connection", "transfer-encoding", "keep-alive", "metadata.date"];
    private static readonly TimeSpan ExitInterval = TimeSpan.FromMilliseconds(20);
    private const int DefaultTimeoutMs = 3000;
    private const int DefaultSettleMs = 300;
    private const int DefaultExitTimeoutMs = 15_000;

    private readonly Dictionary<string, Task<JsonObject>> _background = new(StringComparer.Ordinal);

    /// <summary>The differences, in words; empty = the case passes.</summary>
    public async Task<IReadOnlyList<string>> RunAsync()
    {
        var differences = new List<string>();
        if (!recorded.CountsFromStart)
        {
            foreach (var app in setup.Apps) app.Reset();
        }

        for (var number = 0; number < recorded.Steps.Count; number++)
        {
            var step = recorded.Steps[number]!.AsObject();
            var (kind, what) = (step.First().Key, step.First().Value!.AsObject());
            var seen = await RunAsync(kind, what);
            if (!recorded.Observed.TryGetValue(number, out var expected) || seen is null) continue;
            var comparison = new Comparison(recorded.Ignore, setup.Fill, what["unordered"]?.GetValue<bool>() == true);
            differences.AddRange(comparison.Compare(number, expected, seen));
        }

        return differences;
    }

    /// <summary>Sends what the setup had seen before the case.</summary>
    public static async Task PrepareAsync(ReplaySetup setup, JsonArray requests)
    {
        foreach (var request in requests)
        {
            var sent = new RawRequest(
                request!["method"]!.GetValue<string>(), request["path"]!.GetValue<string>(), [], Bodies.Read(request.AsObject(), setup.Fill), null, TimeSpan.Zero);
            await RawHttpClient.SendAsync(setup.HttpPort(null), sent);
        }
    }

    private async Task<JsonObject?> RunAsync(string kind, JsonObject what)
    {
        switch (kind)
        {
            case "send":
                var sending = SendAsync(what);
                if (what["background"] is null) return await sending;
                _background[what["background"]!.GetValue<string>()] = sending;
                return null;
            case "join":
                return await _background[what["background"]!.GetValue<string>()];
            case "poll":
                return await PollAsync(what);
            case "app":
                await ChangeAppAsync(what);
                return null;
            case "expect":
                return await ExpectAsync(what);
            case "wait":
                await Task.Delay(what["ms"]!.GetValue<int>());
                return null;
            case "signal":
                setup.Signal(what["name"]!.GetValue<string>());
                return null;
            case "exit":
                return await ExitAsync(what);
            case "start":
                await setup.StartSidecarsAsync(waits: what["noWait"]?.GetValue<bool>() != true);
                return null;
            case "resource":
                setup.WriteResource(what["name"]!.GetValue<string>(), what["content"]?.GetValue<string>());
                return null;
            case "probe":
                return what["rabbitmq"] is { } question ? await RabbitMqProbe.RunAsync(setup, question.AsObject(), what) : await SqlProbe.RunAsync(setup.Postgres!, what);
            default:
                throw new InvalidOperationException($"{recorded.Id}: the step '{kind}' is not known");
        }
    }

    private async Task<JsonObject> SendAsync(JsonObject what)
    {
        var request = new RawRequest(
            what["method"]!.GetValue<string>(),
            setup.Fill(what["path"]!.GetValue<string>()),
            [.. (what["headers"]?.AsObject() ?? []).Select(header => KeyValuePair.Create(header.Key, setup.Fill(header.Value!.GetValue<string>())))],
            Bodies.Read(what, setup.Fill),
            what["chunks"]?.AsArray().Select(chunk => Encoding.UTF8.GetBytes(setup.Fill(chunk!.GetValue<string>()))).ToArray(),
            TimeSpan.FromMilliseconds(what["chunkDelayMs"]?.GetValue<int>() ?? 0));
        RawResponse response;
        try
        {
            response = await RawHttpClient.SendAsync(setup.HttpPort(what["sidecar"]?.GetValue<string>()), request);
        }
        catch (Exception failure) when (failure is SocketException or IOException)
        {
            return new JsonObject { ["failed"] = "connection" };
        }

        foreach (var (name, header) in what["capture"]?.AsObject() ?? []) setup.Capture(name, response.Headers.GetValueOrDefault(header!.GetValue<string>(), ""));
        return Show(response, what);
    }

    private static JsonObject Show(RawResponse response, JsonObject what)
    {
        var headers = new JsonObject();
        foreach (var (name, value) in response.Headers.OrderBy(header => header.Key, StringComparer.Ordinal))
        {
            if (!NotShown.Contains(name)) headers[name] = value;
        }

        var shown = new JsonObject { ["status"] = response.Status, ["headers"] = headers };
        if (what["timing"]?.GetValue<bool>() == true) shown["tookMs"] = (int)response.Took.TotalMilliseconds;
        if (what["stream"]?.GetValue<bool>() == true) shown["streamed"] = response.BodyTook > TimeSpan.FromMilliseconds(250);
        Bodies.Show(response.Body, what["exact"]?.GetValue<bool>() == true, shown);
        return shown;
    }

    private async Task<JsonObject> PollAsync(JsonObject what)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            var seen = await SendAsync(what);
            if (seen["status"]?.GetValue<int>() == what["until"]!.GetValue<int>() || clock.ElapsedMilliseconds > what["timeoutMs"]!.GetValue<int>()) return seen;
            await Task.Delay(PollInterval);
        }
    }

    private async Task ChangeAppAsync(JsonObject what)
    {
        var app = setup.App(what["app"]?.GetValue<string>());
        if (what["rules"] is JsonArray rules) app.SetRules(rules);
        if (what["listening"] is not { } listening) return;
        if (listening.GetValue<bool>()) await app.ListenAsync();
        else await app.CloseAsync();
    }

    private async Task<JsonObject> ExpectAsync(JsonObject what)
    {
        var app = setup.App(what["app"]?.GetValue<string>());
        var (method, path) = (what["method"]?.GetValue<string>(), what["path"]?.GetValue<string>());
        var count = what["count"]!.GetValue<int>();
        var clock = Stopwatch.StartNew();
        while (app.Matching(method, path).Count < count && clock.ElapsedMilliseconds < (what["timeoutMs"]?.GetValue<int>() ?? DefaultTimeoutMs))
            await Task.Delay(PollInterval);
        await Task.Delay(what["settleMs"]?.GetValue<int>() ?? DefaultSettleMs);
        var received = app.Matching(method, path);
        app.Take(received);
        if (what["atLeast"]?.GetValue<bool>() == true) received = [.. received.Take(count)];
        var deliveries = new JsonArray();
        for (var i = 0; i < received.Count; i++)
        {
            var shown = received[i].Show(what["exact"]?.GetValue<bool>() == true);
            if (i > 0 && what["timing"]?.GetValue<bool>() == true) shown["afterMs"] = (int)Stopwatch.GetElapsedTime(received[i - 1].At, received[i].At).TotalMilliseconds;
            deliveries.Add((JsonNode)shown);
        }

        return new JsonObject { ["deliveries"] = deliveries };
    }

    private async Task<JsonObject> ExitAsync(JsonObject what)
    {
        var clock = Stopwatch.StartNew();
        try
        {
            // The end of a process is looked for now and then, as it was when this was recorded.
            await Task.Delay(ExitInterval);
            var code = await setup.Exit.WaitAsync(TimeSpan.FromMilliseconds(what["timeoutMs"]?.GetValue<int>() ?? DefaultExitTimeoutMs));
            var seen = new JsonObject { ["exited"] = true, ["code"] = code };
            if (what["timing"]?.GetValue<bool>() == true) seen["tookMs"] = (int)clock.ElapsedMilliseconds;
            return seen;
        }
        catch (TimeoutException)
        {
            return new JsonObject { ["exited"] = false };
        }
    }
}
