using System.Diagnostics;
using Dapr.Workflow;
using Dapr.Workflow.Registration;
using StocksDapr.Support;

namespace StocksDapr.EndToEnd.Workflows;

/// <summary>PostgreSQL, a sidecar and a worker, each in a process that can be killed and comes back, and a client that sees them from outside.</summary>
internal sealed class WorkflowRun : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("stocksdapr-workflows-");
    private readonly int _httpPort = FreePorts.Next();
    private readonly int _grpcPort = FreePorts.Next();
    private KillablePostgres _postgres = null!;
    private readonly CancellationTokenSource _ending = new();
    private volatile SidecarProcess _sidecar = null!;
    private Task _supervising = Task.CompletedTask;
    private WorkerProcess _worker = null!;

    public DaprWorkflowClient Client { get; private set; } = null!;

    public static async Task<WorkflowRun> StartAsync()
    {
        var run = new WorkflowRun();
        run._postgres = await KillablePostgres.StartAsync();
        var database = await run._postgres.CreateDatabaseAsync("workflows");
        await File.WriteAllTextAsync(
            Path.Combine(run._folder.FullName, "store.yaml"),
            $"""
            apiVersion: dapr.io/v1alpha1
            kind: Component
            metadata:
              name: store
            spec:
              type: state.postgresql
              version: v2
              initTimeout: 1m
              metadata:
              - name: connectionString
                value: "{database}"
              - name: actorStateStore
                value: "true"
            """);
        run._sidecar = run.StartSidecar();
        await run._sidecar.WaitAsync("/v1.0/healthz/outbound");
        run._supervising = run.SuperviseAsync();
        run._worker = WorkerProcess.Start(run._grpcPort);
        run.Client = new DaprWorkflowClientBuilder().UseGrpcEndpoint($"http://127.0.0.1:{run._grpcPort}").Build();
        return run;
    }

    /// <summary>SIGKILL to one of the processes; it is started again at once.</summary>
    public async Task KillAsync(string victim)
    {
        switch (victim)
        {
            case "worker":
                await _worker.KillAsync();
                _worker.Dispose();
                _worker = WorkerProcess.Start(_grpcPort);
                break;
            case "sidecar":
                var killed = _sidecar;
                killed.Signal("KILL");
                await Eventually.BeTrueAsync(() => _sidecar != killed);
                break;
            case "postgres":
                await _postgres.KillAsync();
                break;
            default:
                throw new UnreachableException(victim);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        _worker.Dispose();
        await _ending.CancelAsync();
        await _supervising;
        await _sidecar.DisposeAsync();
        _ending.Dispose();
        await _postgres.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    /// <summary>As a sidecar ends when its store is away for too long at its start, daprd's too, somebody has to start it again: here, and everywhere else.</summary>
    private async Task SuperviseAsync()
    {
        while (true)
        {
            var ended = _sidecar;
            await ((Task)ended.Exited).WaitAsync(_ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_ending.IsCancellationRequested)
                return;
            _sidecar = StartSidecar();
            await ended.DisposeAsync();
        }
    }

    private SidecarProcess StartSidecar() => SidecarProcess.Start(
        SidecarProcess.DevelopmentSidecar,
        _httpPort,
        ["--app-id", "flows", "--dapr-grpc-port", $"{_grpcPort}", "--resources-path", _folder.FullName, "--log-level", "error", "--enable-metrics=false"],
        new Dictionary<string, string> { ["STOCKS_SIDECARS"] = Path.Combine(_folder.FullName, "sidecars") },
        _folder.FullName);
}
