using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using StocksDapr.Support;

namespace StocksDapr.Sidecar.Subscriptions;

public sealed class RedeliveryTests
{
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

    [Fact]
    public async Task An_application_that_was_killed_gets_its_messages_again()
    {
        var seen = new ConcurrentQueue<int>();
        var isBroken = true;
        await using var app = await RunningApp.StartAsync(
            async http =>
            {
                if (http.Request.Path == "/dapr/subscribe") await http.Response.WriteAsync("""[{"pubsubname":"bus","topic":"t","route":"/t"}]""");
                if (http.Request.Path != "/t") return;
                if (Volatile.Read(ref isBroken)) await Task.Delay(Timeout.Infinite, http.RequestAborted);
                seen.Enqueue(await NumberOf(http));
            },
            [RunningApp.ParallelBus, Retry]);
        for (var n = 0; n < 20; n++) await app.Client.PostAsync("/v1.0/publish/bus/t?metadata.partitionKey=k", JsonContent.Create(n));

        await app.CrashAsync();
        Volatile.Write(ref isBroken, false);
        await app.ListenAsync();

        await Eventually.BeTrueAsync(() => seen.Count == 20);
        seen.Should().Equal(Enumerable.Range(0, 20));
    }

    [Fact]
    public async Task Of_a_bulk_delivery_only_what_failed_comes_again()
    {
        var batches = new ConcurrentQueue<int[]>();
        await using var app = await RunningApp.StartAsync(
            async http =>
            {
                if (http.Request.Path == "/dapr/subscribe")
                    await http.Response.WriteAsync("""[{"pubsubname":"bus","topic":"t","route":"/t","bulkSubscribe":{"enabled":true,"maxMessagesCount":10,"maxAwaitDurationMs":20}}]""");
                if (http.Request.Path != "/t") return;
                var entries = (await JsonNode.ParseAsync(http.Request.Body))!["entries"]!.AsArray();
                var isFirst = !batches.Any(batch => batch.Contains(3));
                batches.Enqueue([.. entries.Select(entry => entry!["event"]!["data"]!.GetValue<int>())]);
                await http.Response.WriteAsJsonAsync(new
                {
                    statuses = entries.Select(entry => new
                    {
                        entryId = entry!["entryId"]!.GetValue<string>(),
                        status = entry["event"]!["data"]!.GetValue<int>() == 3 && isFirst ? "RETRY" : "SUCCESS",
                    }),
                });
            },
            [RunningApp.ParallelBus, Retry]);

        await app.Client.PostAsync(
            "/v1.0/publish/bulk/bus/t?metadata.partitionKey=k",
            JsonContent.Create(Enumerable.Range(1, 5).Select(n => new { entryId = $"{n}", @event = n, contentType = "application/json" })));

        await Eventually.BeTrueAsync(() => batches.Count(batch => batch.Contains(3)) == 2);
        batches.Count(batch => batch.Contains(3)).Should().Be(2);
        batches.Last(batch => batch.Contains(3)).Should().Equal(3);
        batches.SelectMany(batch => batch).Where(n => n != 3).Should().BeEquivalentTo([1, 2, 4, 5]);
    }

    [Fact]
    public async Task What_fails_for_good_goes_to_the_dead_letter_topic_as_it_was()
    {
        var dead = new ConcurrentQueue<string>();
        await using var app = await RunningApp.StartAsync(
            async http =>
            {
                if (http.Request.Path == "/dapr/subscribe")
                    await http.Response.WriteAsync("""[{"pubsubname":"bus","topic":"t","route":"/t","deadLetterTopic":"dead"},{"pubsubname":"bus","topic":"dead","route":"/dead"}]""");
                if (http.Request.Path == "/t") http.Response.StatusCode = 503;
                if (http.Request.Path != "/dead") return;
                using var reader = new StreamReader(http.Request.Body);
                dead.Enqueue(await reader.ReadToEndAsync());
            },
            [RunningApp.Bus]);

        await app.Client.PostAsync("/v1.0/publish/bus/t?metadata.cloudevent.id=one", JsonContent.Create(new { a = 1 }));

        await Eventually.BeTrueAsync(() => dead.Count == 1);
        var letter = JsonNode.Parse(dead.Single())!;
        letter["id"]!.GetValue<string>().Should().Be("one");
        letter["topic"]!.GetValue<string>().Should().Be("t");
    }

    [Fact]
    public async Task No_more_calls_than_allowed_are_under_way_at_the_application()
    {
        var (now, most, total) = (0, 0, 0);
        await using var app = await RunningApp.StartAsync(
            async http =>
            {
                if (http.Request.Path == "/dapr/subscribe") await http.Response.WriteAsync("""[{"pubsubname":"bus","topic":"t","route":"/t"}]""");
                if (http.Request.Path != "/t") return;
                var current = Interlocked.Increment(ref now);
                if (current > Volatile.Read(ref most)) Volatile.Write(ref most, current);
                await Task.Delay(20);
                Interlocked.Decrement(ref now);
                Interlocked.Increment(ref total);
            },
            [RunningApp.ParallelBus],
            options: options => options with { AppMaxConcurrency = 3 });

        for (var n = 0; n < 30; n++) await app.Client.PostAsync("/v1.0/publish/bus/t", JsonContent.Create(n));

        await Eventually.BeTrueAsync(() => Volatile.Read(ref total) == 30);
        most.Should().BeLessThanOrEqualTo(3);
    }

    [Fact]
    public async Task Every_application_of_the_run_gets_its_own_copy()
    {
        var mesh = new Hosting.SidecarMesh(["one", "two"]);
        var seen = new ConcurrentQueue<string>();
        RequestDelegate Handler(string name) => async http =>
        {
            if (http.Request.Path == "/dapr/subscribe") await http.Response.WriteAsync("""[{"pubsubname":"bus","topic":"t","route":"/t"}]""");
            if (http.Request.Path == "/t") seen.Enqueue($"{name}{await NumberOf(http)}");
        };
        await using var one = await RunningApp.StartAsync(Handler("one"), [RunningApp.ParallelBus], mesh, options => options with { AppId = "one" });
        await one.Client.PostAsync("/v1.0/publish/bus/t", JsonContent.Create(1));
        await using var two = await RunningApp.StartAsync(Handler("two"), [RunningApp.ParallelBus], mesh, options => options with { AppId = "two" });
        await two.Client.PostAsync("/v1.0/publish/bus/t", JsonContent.Create(2));

        await Eventually.BeTrueAsync(() => seen.Count == 4);
        seen.Should().BeEquivalentTo("one1", "one2", "two1", "two2");
    }

    private static async Task<int> NumberOf(HttpContext http) => (await JsonNode.ParseAsync(http.Request.Body))!["data"]!.GetValue<int>();
}
