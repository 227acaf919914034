using StocksDapr.Sidecar.Hosting;
using StocksDapr.Sidecar.Peers;
using StocksDapr.Sidecar.Running.Logs;
using StocksDapr.Sidecar.Running.Supervision;
using StocksDapr.Sidecar.Running.Templates;

namespace StocksDapr.Sidecar.Running.Sidecars;

/// <summary>The sidecars in this process. One that is shut down over its own API is started again, as a supervised daprd would be.</summary>
/// <param name="plan">The run.</param>
/// <param name="options">What each application's sidecar is told.</param>
/// <param name="row">Where their common state is shown.</param>
/// <param name="log">Where they log.</param>
/// <param name="announce">Told when one is shut down.</param>
/// <param name="time">The clock.</param>
internal sealed class EmbeddedSidecars(
    RunPlan plan, Func<AppPlan, SidecarOptions> options, ServiceRow row, ServiceLog log, Action<string> announce, TimeProvider time) : IRunSidecars
{
    private static readonly TimeSpan PauseBeforeRestart = TimeSpan.FromMilliseconds(500);

    private SidecarMesh _mesh = new();
    private PeerDirectory? _peers;
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<ILoggerFactory> _loggers = [];
    private List<Task> _watches = [];
    private VirtualSidecar?[] _sidecars = [];

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        row.State = ServiceState.Starting;
        _sidecars = new VirtualSidecar?[plan.Apps.Count];
        foreach (var app in plan.Apps)
            _loggers.Add(Loggers(app));
        _peers = _loggers.Count == 0 ? null : PeerDirectory.TryOpen(isRun: true, Environment.GetEnvironmentVariable, _loggers[0], time);
        _mesh = new SidecarMesh(plan.Apps.Where(app => app.AppPort > 0).Select(app => app.AppId)) { Peers = _peers };
        await Task.WhenAll(plan.Apps.Select((_, index) => StartOneAsync(index, cancellationToken)));
        row.State = ServiceState.Ready;
        _watches = [.. plan.Apps.Select((_, index) => WatchAsync(index))];
    }

    public async Task StopAsync(CancellationToken hurry)
    {
        row.State = ServiceState.Stopping;
        await _stopping.CancelAsync();
        await Task.WhenAll(_watches);
        await Task.WhenAll(_sidecars.OfType<VirtualSidecar>().Select(async sidecar =>
        {
            await sidecar.StopAsync(hurry);
            await sidecar.DisposeAsync();
        }));
        _sidecars = [];
        row.State = ServiceState.Stopped;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var sidecar in _sidecars.OfType<VirtualSidecar>())
            await sidecar.DisposeAsync();
        _peers?.Dispose();
        foreach (var loggers in _loggers)
            loggers.Dispose();
        _stopping.Dispose();
    }

    /// <summary>daprd's name of a level; info when it is none.</summary>
    public static LogLevel LevelOf(string? name) => name?.ToLowerInvariant() switch
    {
        "debug" => LogLevel.Debug,
        "warn" or "warning" => LogLevel.Warning,
        "error" or "fatal" => LogLevel.Error,
        _ => LogLevel.Information,
    };

    private async Task StartOneAsync(int index, CancellationToken cancellationToken)
    {
        var app = plan.Apps[index];
        var sidecar = new VirtualSidecar(options(app), _mesh, _loggers[index], time);
        try
        {
            await sidecar.StartAsync(cancellationToken);
            _sidecars[index] = sidecar;
        }
        catch (SidecarStartException exception)
        {
            await sidecar.DisposeAsync();
            throw new RunFailedException($"The sidecar of {app.AppId} cannot start: {exception.Message}", exception);
        }
    }

    private async Task WatchAsync(int index)
    {
        while (_sidecars[index] is { } sidecar)
        {
            await Task.WhenAny(sidecar.ShutdownRequested, Task.Delay(Timeout.Infinite, _stopping.Token));
            if (_stopping.IsCancellationRequested)
                return;
            announce($"the sidecar of {plan.Apps[index].AppId} was asked to shut down: it is started again");
            await sidecar.StopAsync(_stopping.Token);
            await sidecar.DisposeAsync();
            _sidecars[index] = null;
            await RestartAsync(index);
        }
    }

    private async Task RestartAsync(int index)
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(PauseBeforeRestart, time, _stopping.Token);
                await StartOneAsync(index, _stopping.Token);
                return;
            }
            catch (RunFailedException exception)
            {
                announce(exception.Message);
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private ILoggerFactory Loggers(AppPlan app)
    {
        var level = LevelOf(app.Settings.LogLevel);
        return LoggerFactory.Create(builder => builder
            .SetMinimumLevel(level)
            // Kestrel's own chatter is of use to nobody here.
            .AddFilter("Microsoft", level < LogLevel.Warning ? LogLevel.Warning : level)

            // It warns of each port that HTTP/2 needs TLS, which Http2Preface makes untrue.
            .AddFilter("Microsoft.AspNetCore.Server.Kestrel", LogLevel.Error)
            .AddProvider(new FileLoggerProvider(log, time)));
    }
}
