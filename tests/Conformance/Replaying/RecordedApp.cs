using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace StocksDapr.Conformance.Replaying;

/// <summary>The application of a recorded case: answers as its rules say and remembers what reached it.</summary>
internal sealed class RecordedApp(string id, int port, JsonNode? subscribe, JsonArray? standing, Func<string, string> fill) : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly List<ReceivedRequest> _received = [];
    private List<AppRule> _rules = [];
    private List<AppRule> _standing = [.. (standing ?? []).Select(rule => new AppRule(rule!.AsObject()))];
    private WebApplication? _server;

    public string Id { get; } = id;

    public int Port { get; } = port;

    public bool IsListening => _server is not null;

    public async Task ListenAsync()
    {
        if (_server is not null) return;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MaxRequestHeadersTotalSize = 256 * 1024;
            kestrel.Listen(IPAddress.Loopback, Port);
        });
        var server = builder.Build();
        server.Run(AnswerAsync);
        await server.StartAsync();
        _server = server;
    }

    public async Task CloseAsync()
    {
        if (_server is null) return;
        var server = _server;
        _server = null;
        using var now = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        await server.StopAsync(now.Token);
        await server.DisposeAsync();
    }

    /// <summary>Replaces the rules of the case.</summary>
    public void SetRules(JsonArray rules)
    {
        lock (_lock) _rules = [.. rules.Select(rule => new AppRule(rule!.AsObject()))];
    }

    /// <summary>Forgets rules and requests of the case before.</summary>
    public void Reset()
    {
        lock (_lock)
        {
            _rules = [];
            _received.Clear();
        }
    }

    /// <summary>The requests that match and were not taken before.</summary>
    public IReadOnlyList<ReceivedRequest> Matching(string? method, string? path)
    {
        lock (_lock) return [.. _received.Where(request => (method is null || request.Method == method) && (path is null || request.PathOnly == path))];
    }

    public void Take(IEnumerable<ReceivedRequest> requests)
    {
        lock (_lock)
        {
            foreach (var request in requests) _received.Remove(request);
        }
    }

    public async ValueTask DisposeAsync() => await CloseAsync();

    private async Task AnswerAsync(HttpContext http)
    {
        var at = Stopwatch.GetTimestamp();
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        var request = ReceivedRequest.Of(http, body.ToArray(), at);
        AppRule? rule;
        lock (_lock)
        {
            _received.Add(request);
            rule = _rules.Concat(_standing).FirstOrDefault(candidate => candidate.Matches(request));
            if (rule is not null) rule.Uses++;
        }

        var respond = rule?.Respond ?? Otherwise(request);
        if (respond["delayMs"] is { } delay) await Task.Delay(delay.GetValue<int>(), http.RequestAborted);
        if (respond["close"]?.GetValue<bool>() == true)
        {
            http.Features.GetRequiredFeature<IHttpRequestLifetimeFeature>().Abort();
            return;
        }

        await WriteAsync(http, request, respond);
    }

    private JsonObject Otherwise(ReceivedRequest request) => request.PathOnly switch
    {
        "/dapr/subscribe" when request.Method == "GET" => subscribe is null ? new JsonObject { ["status"] = 404 } : new JsonObject { ["json"] = subscribe.DeepClone() },
        "/dapr/config" => new JsonObject { ["status"] = 404 },
        _ => new JsonObject { ["status"] = request.Method == "OPTIONS" ? 404 : 200 },
    };

    private async Task WriteAsync(HttpContext http, ReceivedRequest request, JsonObject respond)
    {
        http.Response.StatusCode = respond["status"]?.GetValue<int>() ?? 200;
        if (respond["json"] is not null || respond["bulk"] is not null) http.Response.ContentType = "application/json";
        foreach (var (name, value) in respond["headers"]?.AsObject() ?? []) http.Response.Headers[name] = fill(value!.GetValue<string>());
        if (respond["chunks"] is JsonArray chunks)
        {
            foreach (var chunk in chunks)
            {
                await http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(chunk!.GetValue<string>()), http.RequestAborted);
                await http.Response.Body.FlushAsync(http.RequestAborted);
                await Task.Delay(respond["chunkDelayMs"]?.GetValue<int>() ?? 0, http.RequestAborted);
            }

            return;
        }

        var bytes = respond["bulk"] is JsonObject bulk ? BulkStatuses(bulk, request) : Bodies.Read(respond, fill);
        if (respond["echo"]?.GetValue<bool>() == true)
        {
            bytes = request.Body;
            if (request.Headers.TryGetValue("content-type", out var type)) http.Response.ContentType = type;
        }

        // The recorded application said the length of an empty answer, too, and to HEAD; output bindings show it.
        if (http.Response.StatusCode != StatusCodes.Status204NoContent) http.Response.ContentLength = http.Request.Method == "HEAD" ? 0 : bytes.Length;
        if (bytes.Length > 0 && http.Request.Method != "HEAD") await http.Response.Body.WriteAsync(bytes, http.RequestAborted);
    }

    private static byte[] BulkStatuses(JsonObject bulk, ReceivedRequest request)
    {
        var statuses = new JsonArray();
        foreach (var entry in Bodies.TryJson(request.Body)!["entries"]!.AsArray())
        {
            var n = entry!["event"]?["data"] is JsonObject data && data["n"] is { } number ? number.ToJsonString() : "*";
            var status = bulk.ContainsKey(n) ? bulk[n] : bulk["*"];
            if (status is null) continue;
            statuses.Add((JsonNode)new JsonObject { ["entryId"] = entry["entryId"]!.GetValue<string>(), ["status"] = status.GetValue<string>() });
        }

        return Encoding.UTF8.GetBytes(new JsonObject { ["statuses"] = statuses }.ToJsonString());
    }

    private sealed class AppRule(JsonObject json)
    {
        public JsonObject Respond { get; } = json["respond"]!.AsObject();

        public int Uses { get; set; }

        public bool Matches(ReceivedRequest request) =>
            (json["method"] is not { } method || method.GetValue<string>() == request.Method)
            && (json["path"] is not { } path || path.GetValue<string>() == request.PathOnly)
            && (json["times"] is not { } times || Uses < times.GetValue<int>());
    }
}
