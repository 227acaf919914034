using System.Diagnostics;
using System.Globalization;
using Dapr.Workflow;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using StocksDapr.Sidecar.Hosting;
using StocksDapr.Support;

namespace StocksDapr.Benchmarks;

/// <summary>
/// Workflows on PostgreSQL: how many instances and activities a second, and how long one takes on an idle machine. Client, worker and sidecar are one process and speak gRPC
/// over real ports; every turn is committed to disk.
/// </summary>
internal static class WorkflowSpeed
{
    private const int Instances = 3_000;
    private const int Clients = 200;
    private const int FanOuts = 40;
    private const int Width = 250;
    private const int Probes = 300;

    public static async Task RunAsync(string connectionString, CancellationToken cancellationToken)
    {
        var folder = ReachableFolder.Create("stocks-benchmarks-");
        await File.WriteAllTextAsync(
            Path.Combine(folder, "store.yaml"),
            $$"""
            apiVersion: dapr.io/v1alpha1
            kind: Component
            metadata: {name: store}
            spec:
              type: state.postgresql
              version: v2
              metadata:
              - {name: connectionString, value: "{{connectionString}}"}
              - {name: actorStateStore, value: "true"}
            """,
            cancellationToken);
        await using var sidecar = new VirtualSidecar(
            new SidecarOptions { AppId = "app", GrpcPort = 0, ResourcesPaths = [folder] }, new SidecarMesh(["app"]), NullLoggerFactory.Instance);
        await sidecar.StartAsync(cancellationToken);
        using var host = Worker(sidecar.GrpcPort);
        await host.StartAsync(cancellationToken);
        var client = host.Services.GetRequiredService<DaprWorkflowClient>();

        await StartManyAsync(client, "warm", 300, cancellationToken);
        WholeSystem.Report($"instances with one activity, {Clients} clients", await StartManyAsync(client, "one", Instances, cancellationToken), "instances/s");
        WholeSystem.Report($"activities, {FanOuts} instances with {Width} each", await FanOutAsync(client, cancellationToken), "activities/s");
        await LatencyAsync(client, cancellationToken);
        await host.StopAsync(cancellationToken);
        Directory.Delete(folder, recursive: true);
    }

    private static async Task<double> StartManyAsync(DaprWorkflowClient client, string name, int count, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, count),
            new ParallelOptions { MaxDegreeOfParallelism = Clients, CancellationToken = cancellationToken },
            async (i, cancelled) =>
            {
                var id = await client.ScheduleNewWorkflowAsync("One", $"{name}-{i}", i, startTime: null, cancelled);
                await CompleteAsync(client, id, i, cancelled);
            });
        return count / clock.Elapsed.TotalSeconds;
    }

    private static async Task<double> FanOutAsync(DaprWorkflowClient client, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, FanOuts).Select(async i =>
        {
            var id = await client.ScheduleNewWorkflowAsync("Fan", $"fan-{i}", Width, startTime: null, cancellationToken);
            await CompleteAsync(client, id, Enumerable.Range(0, Width).Sum(), cancellationToken);
        }));
        return FanOuts * Width / clock.Elapsed.TotalSeconds;
    }

    private static async Task LatencyAsync(DaprWorkflowClient client, CancellationToken cancellationToken)
    {
        var times = new double[Probes];
        for (var i = 0; i < Probes; i++)
        {
            var clock = Stopwatch.StartNew();
            var id = await client.ScheduleNewWorkflowAsync("One", $"probe-{i}", i, startTime: null, cancellationToken);
            await CompleteAsync(client, id, i, cancellationToken);
            times[i] = clock.Elapsed.TotalMilliseconds;
        }

        Array.Sort(times);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  one instance with one activity, idle machine: p50 {times[Probes / 2]:0.0} ms, p99 {times[Probes * 99 / 100]:0.0} ms"));
    }

    private static async Task CompleteAsync(DaprWorkflowClient client, string id, int expected, CancellationToken cancellationToken)
    {
        var state = await client.WaitForWorkflowCompletionAsync(id, getInputsAndOutputs: true, cancellationToken);
        if (state.ReadOutputAs<int>() != expected || state.RuntimeStatus != WorkflowRuntimeStatus.Completed)
            throw new InvalidOperationException($"{id} ended {state.RuntimeStatus} with {state.ReadOutputAs<int>()} instead of {expected}: {state.FailureDetails}");
    }

    private static IHost Worker(int grpcPort)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection([new("DAPR_GRPC_ENDPOINT", $"http://127.0.0.1:{grpcPort}")]);
        builder.Logging.ClearProviders();
        builder.Services.AddDaprWorkflow(options =>
        {
            options.RegisterWorkflow<int, int>("One", (context, input) => context.CallActivityAsync<int>("Echo", input));
            options.RegisterWorkflow<int, int>("Fan", async (context, width) =>
                (await Task.WhenAll(Enumerable.Range(0, width).Select(i => context.CallActivityAsync<int>("Echo", i)))).Sum());
            options.RegisterActivity<int, int>("Echo", (_, input) => Task.FromResult(input));
        });
        return builder.Build();
    }
}
