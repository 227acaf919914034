using StocksDapr.Sidecar.Go;
using StocksDapr.Sidecar.Hosting;
using StocksDapr.Sidecar.Workflows.Storage;
using StocksDapr.Sidecar.Workflows.TaskHub;

namespace StocksDapr.Sidecar.Workflows;

/// <summary>Workflows in one sidecar: the engine on the component that says <c>actorStateStore</c>, and the gRPC server in front of it.</summary>
internal sealed class WorkflowsPart : IAsyncDisposable
{
    /// <summary>daprd's text for a sidecar without such a component.</summary>
    public const string NoStore =
        "the state store is not configured to use the actor runtime. Have you set the - name: actorStateStore value: \"true\" in your state store component file?";

    private readonly SidecarContext _sidecar;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stopping = new();
    private GrpcServer? _server;

    public WorkflowsPart(SidecarContext sidecar)
    {
        _sidecar = sidecar;
        _log = sidecar.CreateLogger<WorkflowsPart>();
    }

    public string AppId => _sidecar.AppId;

    /// <summary>Null when no component keeps workflows.</summary>
    public WorkflowEngine? Engine { get; private set; }

    /// <summary>The bound port; 0 = there is no gRPC server.</summary>
    public int Port => _server?.Port ?? 0;

    /// <summary>Workers that are connected to this sidecar.</summary>
    public int ConnectedWorkers => Engine?.Workers ?? 0;

    /// <exception cref="SidecarStartException">The store or the port is not usable.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (FindHome() is var (name, home) && home is not null) await StartEngineAsync(name, home, cancellationToken);
        if (_sidecar.Options.GrpcPort is null) return;
        _server = new GrpcServer(_sidecar.Options, _sidecar.Loggers);
        var service = new TaskHubService(this);
        var application = new GrpcApplication(_sidecar.Options, path => service.Find(path) ?? HealthService.Find(path), _log, _stopping.Token);
        await _server.StartAsync(application.HandleAsync, cancellationToken);
        _log.GrpcListens(_server.Port);
    }

    /// <summary>Ends the calls that wait, stores what is under way, and closes the port.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (Engine is not null) await Engine.StopAsync(cancellationToken);
        await _stopping.CancelAsync();
        if (_server is not null) await _server.StopAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        _sidecar.Mesh.Shared("workflows", () => new WorkflowMesh()).Leave(AppId, Engine);
        if (_server is not null) await _server.DisposeAsync();
        if (Engine is not null) await Engine.DisposeAsync();
        _stopping.Dispose();
    }

    private async Task StartEngineAsync(string component, IWorkflowHome home, CancellationToken cancellationToken)
    {
        var options = _sidecar.Options;
        var settings = new WorkflowSettings
        {
            AppId = options.AppId,
            Namespace = string.IsNullOrEmpty(options.Namespace) ? "default" : options.Namespace,
            MaxMessageSize = (int)Math.Min(options.MaxBodySize, int.MaxValue),
            Limits = _sidecar.Resources.Configuration.Workflow,
        };
        var mesh = _sidecar.Mesh.Shared("workflows", () => new WorkflowMesh());
        var store = home.OpenWorkflows(settings.KeyOf(options.AppId), _sidecar.Time, _log);
        var others = new OtherApps(mesh, _sidecar.Time, _log, _stopping.Token);
        var engine = new WorkflowEngine(settings, store, others, _sidecar.Time, _sidecar.CreateLogger<WorkflowEngine>());
        others.Sender = engine;
        try
        {
            await engine.StartAsync(cancellationToken);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            await engine.DisposeAsync();
            throw new SidecarStartException($"component {component} cannot keep workflows: {failure.Message}", failure);
        }

        Engine = engine;
        mesh.Join(AppId, engine);
    }

    private (string Name, IWorkflowHome? Home) FindHome()
    {
        foreach (var (resource, properties, instance) in _sidecar.Components.All)
        {
            if (instance is IWorkflowHome home && GoBool.IsTruthy(properties.GetValueOrDefault("actorStateStore"))) return (resource.Name, home);
        }

        return ("", null);
    }
}
