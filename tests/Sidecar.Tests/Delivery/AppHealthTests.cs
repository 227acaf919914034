using System.Collections.Concurrent;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Http;
using StocksDapr.Sidecar.Hosting;
using StocksDapr.Support;

namespace StocksDapr.Sidecar.Delivery;

public sealed class AppHealthTests
{
    private const string Subscriptions = """[{"pubsubname":"bus","topic":"t","route":"/t"}]""";

    private const string Cron = """
        apiVersion: dapr.io/v1alpha1
        kind: Component
        metadata: {name: tick}
        spec:
          type: bindings.cron
          version: v1
          metadata: [{name: schedule, value: "@every 50ms"}, {name: direction, value: input}]
        """;

    [Fact]
    public async Task An_application_that_is_well_again_gets_events_and_ticks_again()
    {
        var healthy = true;
        var (ticks, subscribed) = (0, 0);
        var events = new ConcurrentQueue<string>();
        await using var app = await StartAsync(
            async http =>
            {
                switch (http.Request.Path)
                {
                    case "/healthz":
                        http.Response.StatusCode = healthy ? 200 : 500;
                        break;
                    case "/dapr/subscribe":
                        subscribed++;
                        await http.Response.WriteAsync(Subscriptions);
                        break;
                    case "/tick":
                        Interlocked.Increment(ref ticks);
                        break;
                    case "/t":
                        events.Enqueue(await new StreamReader(http.Request.Body).ReadToEndAsync());
                        break;
                }
            },
            threshold: 2);
        await Eventually.BeTrueAsync(() => app.Sidecar.Context!.App!.IsHealthy && ticks > 0);
        await PublishAsync(app, "first");
        await Eventually.BeTrueAsync(() => events.Count == 1);

        healthy = false;
        await Eventually.BeTrueAsync(() => !app.Sidecar.Context!.App!.IsHealthy);
        using var refused = await app.Client.GetAsync("/v1.0/invoke/tester/method/x");
        (await refused.Content.ReadAsStringAsync()).Should().Contain("failed to invoke, id: tester, err: rpc error: code = Internal desc = app is not in a healthy state");
        await PublishAsync(app, "lost");
        var before = ticks;

        healthy = true;
        await Eventually.BeTrueAsync(() => app.Sidecar.Context!.App!.IsHealthy && ticks > before);
        await Eventually.BeTrueAsync(async () =>
        {
            await PublishAsync(app, "again");
            return events.Any(text => text.Contains("again"));
        });
        events.Should().NotContain(text => text.Contains("lost"));
        subscribed.Should().Be(1, "an application is asked once only");
    }

    [Fact]
    public async Task Failed_probes_add_up_even_when_one_succeeds_in_between()
    {
        var probes = 0;
        var (seventh, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var app = await StartAsync(
            async http =>
            {
                if (http.Request.Path != "/healthz") return;
                var probe = Interlocked.Increment(ref probes);
                http.Response.StatusCode = probe % 2 == 1 ? 200 : 500;
                if (probe != 7) return;
                seventh.SetResult();
                await goOn.Task;
            },
            threshold: 3);

        // Well, failed, well, failed, well, failed: with the third failure that is enough.
        await seventh.Task.WaitAsync(TimeSpan.FromSeconds(20));
        app.Sidecar.Context!.App!.IsHealthy.Should().BeFalse();

        goOn.SetResult();
        await Eventually.BeTrueAsync(() => app.Sidecar.Context.App.IsHealthy);
    }

    [Fact]
    public async Task A_blocked_end_takes_no_events_and_answers_until_the_application_is_unhealthy()
    {
        var healthy = true;
        var events = 0;
        await using var app = await StartAsync(
            async http =>
            {
                if (http.Request.Path == "/healthz") http.Response.StatusCode = healthy ? 200 : 500;
                if (http.Request.Path == "/dapr/subscribe") await http.Response.WriteAsync(Subscriptions);
                if (http.Request.Path == "/t") Interlocked.Increment(ref events);
            },
            threshold: 1,
            block: TimeSpan.FromHours(1));
        await Eventually.BeTrueAsync(async () =>
        {
            await PublishAsync(app, "first");
            return events > 0;
        });

        var stopping = app.Sidecar.StopAsync(CancellationToken.None);
        await Eventually.BeTrueAsync(async () =>
        {
            // The subscription has ended when an event that is published alone does not come.
            var before = Volatile.Read(ref events);
            await PublishAsync(app, "late");
            await PublishAsync(app, "a second one has its turn after the delivery of the first");
            await PublishAsync(app, "and a third");
            return Volatile.Read(ref events) == before;
        });
        stopping.IsCompleted.Should().BeFalse("an hour is not over, and the application is well");

        healthy = false;
        await stopping.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task An_end_that_the_API_asks_for_is_not_blocked()
    {
        await using var app = await RunningApp.StartAsync(handler: null, options: options => options with { BlockShutdown = TimeSpan.FromHours(1) });
        (await app.Client.PostAsync("/v1.0/shutdown", null)).Dispose();
        await app.Sidecar.ShutdownRequested.WaitAsync(TimeSpan.FromSeconds(20));

        await app.Sidecar.StopAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20));
    }

    private static Task<RunningApp> StartAsync(RequestDelegate handler, int threshold, TimeSpan block = default) => RunningApp.StartAsync(
        handler,
        [RunningApp.Bus, Cron],
        options: options => options with
        {
            // A machine that is slow must not count as an application that is.
            AppHealth = new AppHealthOptions { Interval = TimeSpan.FromMilliseconds(50), Timeout = TimeSpan.FromSeconds(20), Threshold = threshold },
            BlockShutdown = block,
        });

    private static async Task PublishAsync(RunningApp app, string text) =>
        (await app.Client.PostAsync("/v1.0/publish/bus/t", JsonContent.Create(text))).EnsureSuccessStatusCode().Dispose();
}
