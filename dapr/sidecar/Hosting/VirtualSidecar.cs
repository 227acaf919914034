using StocksDapr.Sidecar.Api;
using StocksDapr.Sidecar.Cel;
using StocksDapr.Sidecar.Delivery;
using StocksDapr.Sidecar.Hosting.Reloading;
using StocksDapr.Sidecar.Invocation;
using StocksDapr.Sidecar.Peers;
using StocksDapr.Sidecar.Resiliency;
using StocksDapr.Sidecar.Resources;
using StocksDapr.Sidecar.Tracing;
using StocksDapr.Sidecar.Workflows;

namespace StocksDapr.Sidecar.Hosting;

/// <summary>One application's sidecar: its own HTTP port, its own components, many of them in one process.</summary>
/// <example>
/// <code>
/// await using var sidecar = new VirtualSidecar(new SidecarOptions { AppId = "writer", AppPort = 5103 }, new SidecarMesh(), loggers);
/// await sidecar.StartAsync(token);
/// // http://localhost:{sidecar.HttpPort}/v1.0/healthz/outbound answers 204
/// </code>
/// </example>
public sealed class VirtualSidecar : IAsyncDisposable
{
    private static readonly TimeSpan BlockCheck = TimeSpan.FromMilliseconds(100);

    private readonly SidecarMesh _mesh;
    private readonly ILoggerFactory _loggers;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource<int> _shutdownRequested = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _gate = new(1, 1);
    private SidecarServer? _server;
    private SidecarServer? _publicServer;
    private PeerServer? _peerServer;
    private PeerEntry? _peerEntry;
    private AppLifecycle? _lifecycle;
    private Task _following = Task.CompletedTask;
    private HotReload? _reload;
    private Task _reloading = Task.CompletedTask;
    private CalleeDirectory? _directory;
    private bool _disposed;
    private bool _stopped;

    public VirtualSidecar(SidecarOptions options, SidecarMesh mesh, ILoggerFactory loggers, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(mesh);
        ArgumentNullException.ThrowIfNull(loggers);
        Options = options;
        _mesh = mesh;
        _loggers = loggers;
        _time = time ?? TimeProvider.System;
        _log = loggers.CreateLogger($"{typeof(VirtualSidecar).FullName}[{options.AppId}]");
    }

    public SidecarOptions Options { get; }

    /// <summary>The bound port; known after <see cref="StartAsync"/>.</summary>
    public int HttpPort => _server?.Port ?? Options.HttpPort;

    /// <summary>The bound gRPC port; known after <see cref="StartAsync"/>, 0 = there is no gRPC server.</summary>
    public int GrpcPort => Context?.Workflows?.Port ?? 0;

    /// <summary>The bound port that answers for health and metadata only; 0 = there is none.</summary>
    public int PublicPort => _publicServer?.Port ?? 0;

    /// <summary>True when everything is up, the application's port included (what <c>/v1.0/healthz</c> says).</summary>
    public bool IsReady => Context?.Health.Ready == true && !_stopped;

    /// <summary>Completes when <see cref="IsReady"/> becomes true for the first time; call after <see cref="StartAsync"/>.</summary>
    public Task WhenReady => Context?.Health.WhenReady ?? throw new InvalidOperationException("The sidecar has not been started.");

    /// <summary>Completes when somebody asked for shutdown over HTTP, with the exit code that daprd would end with.</summary>
    public Task<int> ShutdownRequested => _shutdownRequested.Task;

    internal SidecarContext? Context { get; private set; }

    /// <summary>
    /// Loads the components, binds the port and returns; the application is waited for in the background.
    /// </summary>
    /// <exception cref="SidecarStartException">A component or the port is not usable.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (Context is not null) throw new InvalidOperationException("The sidecar has been started already.");
        try
        {
            var folders = FolderState.Of(Options);
            var context = CreateContext();
            Context = context;
            await ComponentLoading.LoadAsync(context, BuiltIns.ComponentTypes, cancellationToken);
            context.AppDriven.InsertRange(0, BuiltIns.AppDriven(context));
            context.Workflows = new WorkflowsPart(context);
            await context.Workflows.StartAsync(cancellationToken);
            _server = new SidecarServer(Options, _loggers);
            var pipeline = CreatePipeline(context);
            await _server.StartAsync(pipeline.HandleAsync, cancellationToken);
            if (Options.PublicPort is { } publicPort)
            {
                _publicServer = new SidecarServer(Options with { HttpPort = publicPort, ListenAddresses = Options.PublicAddress.Length > 0 ? [Options.PublicAddress] : [] }, _loggers, "public");
                await _publicServer.StartAsync(pipeline.HandlePublicAsync, cancellationToken);
            }

            if (_mesh.Peers is { } peers)
            {
                _peerServer = new PeerServer(context);
                _peerEntry = await _peerServer.StartAsync(peers, cancellationToken);
            }

            _mesh.Join(this);
            context.Health.MarkOutboundReady();
            _log.SidecarListens(HttpPort, context.Components.All.Count);
            _lifecycle = new AppLifecycle(context);
            _following = _lifecycle.RunAsync(_stopping.Token);
            _reload = new HotReload(context, _lifecycle, BuiltIns.ComponentTypes, folders);
            _reloading = _reload.RunAsync(_stopping.Token);
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Graceful stop: subscriptions take nothing new and what they deliver is finished (the API answers so long, because handlers publish and save), then the
    /// port closes and calls under way are answered. What takes longer than <see cref="SidecarOptions.GracefulShutdown"/> is cut off.
    /// </summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(CancellationToken.None);
        try
        {
            if (_stopped) return;
            _stopped = true;
            await StopPartsAsync(cancellationToken);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Stops (gracefully, if that has not happened) and frees everything.</summary>
    public async ValueTask DisposeAsync()
    {
        // A start that fails frees everything, and so does its owner once more.
        if (Interlocked.Exchange(ref _disposed, true)) return;
        await StopAsync(CancellationToken.None);
        _stopping.Dispose();
        _gate.Dispose();
    }

    private SidecarContext CreateContext()
    {
        try
        {
            var resources = ResourceLoader.Load(Options, _log);
            var context = new SidecarContext
            {
                Options = Options,
                Mesh = _mesh,
                Resources = resources,
                Resiliency = new ResiliencyPolicies(resources.Resiliencies, _time),
                Tracer = new Tracer(resources.Configuration.SamplingRate),
                Loggers = _loggers,
                Time = _time,
                App = Options.HasApp ? new AppChannel(Options) : null,
                Stopping = _stopping.Token,
                OnShutdownRequested = exitCode => _shutdownRequested.TrySetResult(exitCode),
            };
            foreach (var (key, value) in Options.ExtendedMetadata) context.Extended[key] = value;
            return context;
        }
        catch (Exception invalid) when (invalid is FormatException or CelException)
        {
            throw new SidecarStartException($"resiliency: {invalid.Message}", invalid);
        }
    }

    private RequestPipeline CreatePipeline(SidecarContext context)
    {
        var routes = new ApiRouter(context);
        BuiltIns.MapApis(routes);
        _directory = new CalleeDirectory(context);
        return new RequestPipeline(routes, routes.Allows("invoke", "v1.0/invoke/*") ? new InvokeApi(_directory).HandleAsync : null);
    }

    /// <summary>
    /// Puts the end off, as daprd does when it is told to and a signal (not the API) asks for the end: nothing new is taken in, but the API goes on
    /// answering, until the time is over or the application is not healthy.
    /// </summary>
    private async Task BlockAsync(SidecarContext context, CancellationToken cancellationToken)
    {
        if (_lifecycle is not null) await _lifecycle.StopPartsAsync(forGood: true, cancellationToken);
        using var over = new CancellationTokenSource(Options.BlockShutdown, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(over.Token, cancellationToken);
        while (!either.IsCancellationRequested && context.Health.Ready && context.App?.IsHealthy != false)
            await Task.Delay(BlockCheck, _time, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task StopPartsAsync(CancellationToken cancellationToken)
    {
        if (Options.BlockShutdown > TimeSpan.Zero && Context is { } context && !_shutdownRequested.Task.IsCompleted) await BlockAsync(context, cancellationToken);
        using var timeout = new CancellationTokenSource(Options.GracefulShutdown, _time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        await _stopping.CancelAsync();
        await _reloading;
        await _following.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        if (_lifecycle is not null) await _lifecycle.StopPartsAsync(forGood: true, limit.Token);
        if (Context?.Workflows is { } workflows) await workflows.StopAsync(limit.Token);
        _mesh.Leave(this);
        if (_peerEntry is not null) _mesh.Peers?.Remove(_peerEntry);
        if (_peerServer is not null)
        {
            await _peerServer.StopAsync(limit.Token);
            await _peerServer.DisposeAsync();
        }

        if (_publicServer is not null)
        {
            await _publicServer.StopAsync(limit.Token);
            await _publicServer.DisposeAsync();
        }

        if (_server is not null)
        {
            await _server.StopAsync(limit.Token);
            await _server.DisposeAsync();
        }

        _lifecycle?.Dispose();
        if (limit.IsCancellationRequested) _log.StopTimedOut(Options.GracefulShutdown);
        _directory?.Dispose();
        if (Context is null) return;
        if (Context.Workflows is not null) await Context.Workflows.DisposeAsync();
        if (_reload is not null) await _reload.DisposeAsync();
        foreach (var component in Context.Components.All.Reverse()) await component.Instance.DisposeAsync();
        Context.App?.Dispose();
    }
}
