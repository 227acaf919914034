using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using StocksDapr.Protocol.TaskHub;
using StocksDapr.Sidecar.Hosting;
using StocksDapr.Support;
using StocksDapr.Support.Workflows;

namespace StocksDapr.Benchmarks;

/// <summary>
/// What the workflow engine does on a durable PostgreSQL: whole workflows, activities of wide ones, and the latency of a single one. Server, sidecar, worker and
/// client share the machine; the worker is bare, so that it is the engine that is measured.
/// </summary>
internal static class WorkflowLoad
{
    private const int Instances = 3_000;
    private const int Clients = 64;
    private const int Wide = 10;
    private const int Activities = 500;
    private const int Singles = 300;

    public static async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var postgres = await KillablePostgres.StartAsync(cancellationToken);
        var folder = ReachableFolder.Create("stocks-benchmarks-");
        await File.WriteAllTextAsync(
            Path.Combine(folder, "store.yaml"),
            $$"""
              apiVersion: dapr.io/v1alpha1
              kind: Component
              metadata: {name: store}
              spec: {type: state.postgresql, version: v2, metadata: [{name: connectionString, value: "{{await postgres.CreateDatabaseAsync("flows", cancellationToken)}}"}, {name: actorStateStore, value: "true"}]}
              """,
            cancellationToken);
        await using var sidecar = new VirtualSidecar(
            new SidecarOptions { AppId = "flows", GrpcPort = 0, ResourcesPaths = [folder] }, new SidecarMesh(), NullLoggerFactory.Instance);
        await sidecar.StartAsync(cancellationToken);
        var address = new Uri($"http://127.0.0.1:{sidecar.GrpcPort}");
        await using var worker = await TestWorker.ConnectAsync(address, turn => turn.Start().Name == "Wide" ? FanOut(turn) : Act.OneActivity(turn));
        using var hub = new TaskHubClient(address);

        await OnesAsync(hub, "warm", 500, cancellationToken);
        var clock = Stopwatch.StartNew();
        await OnesAsync(hub, "one", Instances, cancellationToken);
        WholeSystem.Report("workflows of one activity each", Instances / clock.Elapsed.TotalSeconds, "workflows/s");

        clock.Restart();
        await Task.WhenAll(Enumerable.Range(0, Wide).Select(n => RunAsync(hub, $"wide-{n}", "Wide", cancellationToken)));
        WholeSystem.Report("activities of ten workflows with 500 each", Wide * Activities / clock.Elapsed.TotalSeconds, "activities/s");

        var times = new double[Singles];
        for (var n = 0; n < Singles; n++)
        {
            var start = Stopwatch.GetTimestamp();
            await RunAsync(hub, $"single-{n}", "One", cancellationToken);
            times[n] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        Array.Sort(times);
        WholeSystem.Report("one workflow with one activity, nothing else running, p50", times[Singles / 2], "ms");
        WholeSystem.Report("one workflow with one activity, nothing else running, p95", times[Singles * 95 / 100], "ms");
        Directory.Delete(folder, recursive: true);
    }

    private static Task OnesAsync(TaskHubClient hub, string prefix, int count, CancellationToken cancellationToken) => Parallel.ForEachAsync(
        Enumerable.Range(0, count),
        new ParallelOptions { MaxDegreeOfParallelism = Clients, CancellationToken = cancellationToken },
        async (n, token) => await RunAsync(hub, $"{prefix}-{n}", "One", token));

    private static async Task RunAsync(TaskHubClient hub, string id, string name, CancellationToken cancellationToken)
    {
        await hub.StartAsync(id, name, "1", cancellationToken);
        var ended = await hub.WaitForEndAsync(id, cancellationToken);
        if (ended.WorkflowStatus != OrchestrationStatus.Completed)
            throw new InvalidOperationException($"{id} is {ended.WorkflowStatus}");
    }

    private static IEnumerable<WorkflowAction> FanOut(WorkflowRequest turn)
    {
        var scheduled = false;
        var done = 0;
        foreach (var happened in turn.PastEvents.Concat(turn.NewEvents))
        {
            scheduled |= happened.TaskScheduled is not null;
            done += happened.TaskCompleted is null ? 0 : 1;
        }

        if (!scheduled)
            return Enumerable.Range(0, Activities).Select(n => Act.Activity(n, "Part", n.ToString(CultureInfo.InvariantCulture)));
        return done < Activities ? [] : [Act.Complete(Activities)];
    }
}
