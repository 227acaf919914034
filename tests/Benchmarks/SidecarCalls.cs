using System.Diagnostics;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using StocksDapr.Benchmarks.Load;
using StocksDapr.Sidecar.Hosting;
using StocksDapr.Support;

namespace StocksDapr.Benchmarks;

/// <summary>
/// What the sidecar adds to a call, and how many single publishes it delivers. The application, the sidecar and the load are one machine's; the
/// baseline is the same application called directly.
/// </summary>
internal static class SidecarCalls
{
    private const int Publishes = 100_000;
    private const int Publishers = 32;
    private const int Rate = 1_000;

    private static readonly byte[] Answer = Encoding.UTF8.GetBytes(new string('x', 11_000));

    public static async Task RunAsync(CancellationToken cancellationToken)
    {
        var folder = ReachableFolder.Create("stocks-benchmarks-");
        await File.WriteAllTextAsync(
            Path.Combine(folder, "pubsub.yaml"),
            """
            apiVersion: dapr.io/v1alpha1
            kind: Component
            metadata: {name: pubsub}
            spec: {type: pubsub.in-memory, version: v1, metadata: [{name: maxInFlight, value: "32"}]}
            """,
            cancellationToken);
        var delivered = new Arrivals();
        await using var app = await StartAppAsync(delivered, cancellationToken);
        var port = new Uri(app.Urls.First()).Port;
        await using var sidecar = new VirtualSidecar(
            new SidecarOptions { AppId = "app", AppPort = port, HttpPort = 0, ResourcesPaths = [folder] }, new SidecarMesh(["app"]), NullLoggerFactory.Instance);
        await sidecar.StartAsync(cancellationToken);
        var direct = new Uri($"http://127.0.0.1:{port}/answer");
        var invoked = new Uri($"http://127.0.0.1:{sidecar.HttpPort}/v1.0/invoke/app/method/answer");
        using var client = new HttpClient();
        await sidecar.WhenReady.WaitAsync(cancellationToken);

        WholeSystem.Report("application called directly, 11 KB", await Wrk.RunAsync(direct, 64, 5, cancellationToken: cancellationToken));
        WholeSystem.Report("invoked through the sidecar, 11 KB", await Wrk.RunAsync(invoked, 64, 5, cancellationToken: cancellationToken));
        await AddedLatencyAsync(client, direct, invoked, cancellationToken);
        await PublishAsync(client, sidecar.HttpPort, delivered, cancellationToken);
        Directory.Delete(folder, recursive: true);
    }

    private static async Task<WebApplication> StartAppAsync(Arrivals delivered, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.MapGet("/answer", (HttpContext context) =>
        {
            context.Response.ContentLength = Answer.Length;
            return context.Response.Body.WriteAsync(Answer).AsTask();
        });
        app.MapGet("/dapr/subscribe", () => new[] { new { pubsubname = "pubsub", topic = "t", route = "/t" } });
        app.MapPost("/t", delivered.Count);
        await app.StartAsync(cancellationToken);
        return app;
    }

    /// <summary>A thousand requests a second, each pair direct and invoked, so that both see the same moments of the machine.</summary>
    private static async Task AddedLatencyAsync(HttpClient client, Uri direct, Uri invoked, CancellationToken cancellationToken)
    {
        const int seconds = 5;
        var differences = new double[Rate * seconds / 2];
        var watch = Stopwatch.StartNew();
        for (var i = -500; i < differences.Length; i++)
        {
            var difference = await TimeAsync(invoked) - await TimeAsync(direct);
            if (i < 0)
                continue;
            if (i == 0)
                watch.Restart();
            differences[i] = difference.TotalMilliseconds;
            while (watch.Elapsed.TotalSeconds < (i + 1) * 2.0 / Rate)
                await Task.Yield();
        }

        Array.Sort(differences);
        WholeSystem.Report("added by the sidecar at 1,000 requests/s, p50", differences[differences.Length / 2], "ms");
        WholeSystem.Report("added by the sidecar at 1,000 requests/s, p90", differences[differences.Length * 9 / 10], "ms");

        async Task<TimeSpan> TimeAsync(Uri address)
        {
            var start = Stopwatch.GetTimestamp();
            using var answer = await client.GetAsync(address, cancellationToken);
            return Stopwatch.GetElapsedTime(start);
        }
    }

    private static async Task PublishAsync(HttpClient client, int port, Arrivals delivered, CancellationToken cancellationToken)
    {
        var address = new Uri($"http://127.0.0.1:{port}/v1.0/publish/pubsub/t");
        foreach (var (what, count) in new[] { ("warm-up", Publishes / 4), ("single publishes delivered to the application", Publishes) })
        {
            delivered.Expect(count);
            var watch = Stopwatch.StartNew();
            await Task.WhenAll(Enumerable.Range(0, Publishers).Select(_ => Task.Run(
                async () =>
                {
                    for (var i = 0; i < count / Publishers; i++)
                    {
                        using var content = new ByteArrayContent("""{"n":1}"""u8.ToArray());
                        content.Headers.ContentType = new System.Net.Http.Headers.MediaTypeHeaderValue("application/json");
                        using var answer = await client.PostAsync(address, content, cancellationToken);
                    }
                },
                cancellationToken)));
            await delivered.All.WaitAsync(cancellationToken);
            if (what != "warm-up")
                WholeSystem.Report(what, count / watch.Elapsed.TotalSeconds, "messages/s");
        }
    }

    /// <summary>Counts deliveries and tells when all have come.</summary>
    private sealed class Arrivals
    {
        private TaskCompletionSource _all = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _left;

        public Task All => _all.Task;

        public void Expect(int count)
        {
            _all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _left = count / Publishers * Publishers;
        }

        public void Count()
        {
            if (Interlocked.Decrement(ref _left) == 0)
                _all.SetResult();
        }
    }
}
