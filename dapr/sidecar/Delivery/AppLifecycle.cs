using System.Net.Sockets;
using StocksDapr.Sidecar.Hosting;

namespace StocksDapr.Sidecar.Delivery;

/// <summary>
/// Looks after the application: waits until its port accepts connections, probes its health where that is asked for, and starts and stops what delivers to it.
/// </summary>
internal sealed class AppLifecycle(SidecarContext sidecar) : IDisposable
{
    private static readonly TimeSpan DialInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan DialTimeout = TimeSpan.FromMilliseconds(500);

    private readonly ILogger _log = sidecar.CreateLogger<AppLifecycle>();
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly List<IAppDriven> _running = [];
    private bool _ended;

    /// <summary>Runs until the token is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await FollowAppAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The sidecar stops.
        }
        catch (Exception failure)
        {
            _log.AppLoopFailed(failure);
            throw;
        }
    }

    /// <summary>Stops what runs, last started first. What is under way is finished unless the token is cancelled.</summary>
    /// <param name="forGood">True: a healthy application starts nothing again.</param>
    /// <param name="cancellationToken">Cuts off what is under way.</param>
    public async Task StopPartsAsync(bool forGood, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(CancellationToken.None);
        try
        {
            _ended |= forGood;
            for (var i = _running.Count - 1; i >= 0; i--)
            {
                try
                {
                    await _running[i].StopAsync(cancellationToken);
                }
                catch (Exception failure) when (failure is not OperationCanceledException)
                {
                    _log.PartStopFailed(failure, _running[i].GetType().Name);
                }
            }

            _running.Clear();
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Lets what runs take over changed resources; what does not run does so when it starts.</summary>
    /// <param name="policiesChanged">Other resiliency policies are in effect.</param>
    /// <param name="drain">How long what is under way may take.</param>
    /// <param name="cancellationToken">The sidecar stops.</param>
    public async Task ReloadAsync(bool policiesChanged, TimeSpan drain, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            foreach (var part in _running)
            {
                using var over = new CancellationTokenSource(drain, sidecar.Time);
                using var limit = CancellationTokenSource.CreateLinkedTokenSource(over.Token, cancellationToken);
                await part.ReloadAsync(policiesChanged, limit.Token);
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();

    private async Task FollowAppAsync(CancellationToken cancellationToken)
    {
        if (sidecar.App is null)
        {
            sidecar.Mesh.AppAsked(sidecar.AppId);
            sidecar.Health.MarkReady();
            return;
        }

        await WaitForPortAsync(cancellationToken);
        if (sidecar.Options.AppHealth is not { } health)
        {
            await StartPartsAsync(cancellationToken);
            sidecar.Health.MarkReady();
            return;
        }

        sidecar.App.IsHealthy = false;
        sidecar.Health.MarkReady();
        await ProbeAsync(health, cancellationToken);
    }

    private async Task WaitForPortAsync(CancellationToken cancellationToken)
    {
        var port = sidecar.Options.AppPort!.Value;
        _log.WaitingForApp(port);
        while (!await AcceptsAsync(port, cancellationToken)) await Task.Delay(DialInterval, sidecar.Time, cancellationToken);
        _log.AppFound(port);
    }

    private async Task<bool> AcceptsAsync(int port, CancellationToken cancellationToken)
    {
        using var dial = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        dial.CancelAfter(DialTimeout);
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(sidecar.Options.AppHost, port, dial.Token);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    // Failures add up as long as the application counts as healthy: as in daprd, a probe that succeeds in between does not take them back.
    private async Task ProbeAsync(AppHealthOptions health, CancellationToken cancellationToken)
    {
        var failures = 0;
        using var timer = new PeriodicTimer(health.Interval, sidecar.Time);
        do
        {
            if (await sidecar.App!.ProbeAsync(health, cancellationToken))
            {
                if (sidecar.App.IsHealthy) continue;
                failures = 0;
                sidecar.App.IsHealthy = true;
                _log.AppHealthy();
                await StartPartsAsync(cancellationToken);
            }
            else if (++failures >= health.Threshold && sidecar.App.IsHealthy)
            {
                sidecar.App.IsHealthy = false;
                _log.AppUnhealthy(failures);

                // What is under way gets as long as a probe; it must not hold up the probes that find the application healthy again.
                using var grace = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                grace.CancelAfter(health.Interval);
                await StopPartsAsync(forGood: false, grace.Token);
            }
        }
        while (await timer.WaitForNextTickAsync(cancellationToken));
    }

    private async Task StartPartsAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_ended) return;
            foreach (var part in sidecar.AppDriven)
            {
                try
                {
                    _running.Add(part);
                    await part.StartAsync(cancellationToken);
                }
                catch (Exception failure) when (failure is not OperationCanceledException)
                {
                    // As in daprd: what cannot start is reported, the rest of the sidecar works.
                    _log.PartStartFailed(failure, part.GetType().Name);
                }
            }
        }
        finally
        {
            _gate.Release();
        }
    }
}
