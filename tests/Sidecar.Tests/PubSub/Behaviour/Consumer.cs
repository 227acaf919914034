using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace StocksDapr.Sidecar.PubSub.Behaviour;

/// <summary>How an application consumes in a test.</summary>
internal sealed record ConsumerOptions
{
    public string AppId { get; init; } = "consumer";

    public bool IsOrdered { get; init; }

    /// <summary>Largest batch; null = one message at a time.</summary>
    public int? Bulk { get; init; }

    public string DeadLetterTopic { get; init; } = "";

    /// <summary>The verdict on a message (SUCCESS, RETRY, DROP); standard: SUCCESS.</summary>
    public Func<int, CancellationToken, Task<string>> Judge { get; init; } = (_, _) => Task.FromResult("SUCCESS");
}

/// <summary>An application with its sidecar that consumes topic <c>numbers</c> (and <c>dead</c>), and remembers what it took.</summary>
internal sealed class Consumer : IAsyncDisposable
{
    public const string Topic = "numbers";

    private const string Retry = """
        apiVersion: dapr.io/v1alpha1
        kind: Resiliency
        metadata: {name: r}
        spec:
          policies:
            retries:
              again: {policy: constant, duration: 50ms, maxRetries: -1}
          targets:
            components:
              bus:
                inbound: {retry: again}
        """;

    private readonly ConsumerOptions _options;

    private Consumer(ConsumerOptions options) => _options = options;

    public RunningApp App { get; private set; } = null!;

    /// <summary>The messages that were taken with SUCCESS, in the order of the answers.</summary>
    public ConcurrentQueue<int> Taken { get; } = new();

    /// <summary>The messages that came by the dead-letter topic.</summary>
    public ConcurrentQueue<int> DeadLetters { get; } = new();

    /// <summary>How many deliveries began, of every kind.</summary>
    public int Begun => Volatile.Read(ref _begun);

    private int _begun;

    public static async Task<Consumer> StartAsync(BrokerSpace space, ConsumerOptions? options = null)
    {
        var consumer = new Consumer(options ?? new ConsumerOptions());
        consumer.App = await RunningApp.StartAsync(
            consumer.AnswerAsync,
            [consumer._options.IsOrdered ? space.OrderedComponent : space.Component, Retry],
            space.MeshOfProcess(),
            sidecar => sidecar with { AppId = consumer._options.AppId, GracefulShutdown = TimeSpan.FromSeconds(20) });
        return consumer;
    }

    public ValueTask DisposeAsync() => App.DisposeAsync();

    private async Task AnswerAsync(HttpContext http)
    {
        switch (http.Request.Path.Value)
        {
            case "/dapr/subscribe":
                await http.Response.WriteAsJsonAsync(Subscriptions(), http.RequestAborted);
                break;
            case "/dead":
                DeadLetters.Enqueue(NumberOf(await ReadAsync(http)));
                break;
            case "/numbers" when _options.Bulk is null:
                await http.Response.WriteAsJsonAsync(new { status = await JudgeAsync(NumberOf(await ReadAsync(http)), http.RequestAborted) }, http.RequestAborted);
                break;
            case "/numbers":
                await AnswerBulkAsync(http);
                break;
            default:
                http.Response.StatusCode = StatusCodes.Status404NotFound;
                break;
        }
    }

    private async Task AnswerBulkAsync(HttpContext http)
    {
        using var body = await JsonDocument.ParseAsync(http.Request.Body, cancellationToken: http.RequestAborted);
        var statuses = new JsonArray();
        foreach (var entry in body.RootElement.GetProperty("entries").EnumerateArray())
        {
            var status = await JudgeAsync(NumberOf(entry.GetProperty("event")), http.RequestAborted);
            statuses.Add((JsonNode)new JsonObject { ["entryId"] = entry.GetProperty("entryId").GetString(), ["status"] = status });
        }

        await http.Response.WriteAsJsonAsync(new JsonObject { ["statuses"] = statuses }, http.RequestAborted);
    }

    private async Task<string> JudgeAsync(int number, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _begun);
        var verdict = await _options.Judge(number, cancellationToken);
        if (verdict == "SUCCESS") Taken.Enqueue(number);
        return verdict;
    }

    private JsonArray Subscriptions()
    {
        var numbers = new JsonObject { ["pubsubname"] = "bus", ["topic"] = Topic, ["route"] = "/numbers", ["deadLetterTopic"] = _options.DeadLetterTopic };
        if (_options.Bulk is { } most) numbers["bulkSubscribe"] = new JsonObject { ["enabled"] = true, ["maxMessagesCount"] = most, ["maxAwaitDurationMs"] = 20 };
        var all = new JsonArray(numbers);
        if (_options.DeadLetterTopic.Length > 0) all.Add((JsonNode)new JsonObject { ["pubsubname"] = "bus", ["topic"] = _options.DeadLetterTopic, ["route"] = "/dead" });
        return all;
    }

    private static async Task<JsonElement> ReadAsync(HttpContext http) => await JsonSerializer.DeserializeAsync<JsonElement>(http.Request.Body, cancellationToken: http.RequestAborted);

    private static int NumberOf(JsonElement cloudEvent) => cloudEvent.GetProperty("data").GetProperty("n").GetInt32();
}
