using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using StocksDapr.Sidecar.Hosting;
using StocksDapr.Sidecar.Peers;

namespace StocksDapr.Sidecar.Commands.Daprd;

/// <summary>A sidecar alone in its process, as daprd is: until a signal or its own API ends it; a hang-up starts it anew.</summary>
internal sealed class DaprdProcess(DaprdSettings settings, ILoggerFactory loggers)
{
    private readonly ILogger _log = loggers.CreateLogger(nameof(DaprdProcess));

    /// <returns>The exit code: 0 after a stop, 1 when the start failed or the API asked for a forced end.</returns>
    public async Task<int> RunAsync()
    {
        using var stop = new StopRequests(signal => _log.SignalReceived(signal.ToString()[3..], signal == PosixSignal.SIGHUP ? "restart" : "shutdown"));
        var code = ExitCodes.Done;
        try
        {
            while (!stop.Stop.IsCancellationRequested)
            {
                if (await RunOnceAsync(stop) is not { } ended) continue;
                code = ended;
                break;
            }
        }
        catch (SidecarStartException failure)
        {
            _log.Fatal(failure.Message);
            return ExitCodes.Failed;
        }
        catch (OperationCanceledException) when (stop.Stop.IsCancellationRequested)
        {
            // Told to end before the start was complete.
        }

        _log.ShutDown();
        return code;
    }

    // Null = to be started again.
    private async Task<int?> RunOnceAsync(StopRequests stop)
    {
        var clock = Stopwatch.StartNew();
        var hangUp = stop.NextHangUp();
        using var peers = PeerDirectory.TryOpen(isRun: false, Environment.GetEnvironmentVariable, loggers, TimeProvider.System);
        await using var sidecar = new VirtualSidecar(settings.Sidecar, new SidecarMesh { Peers = peers }, loggers);
        await sidecar.StartAsync(stop.Stop);
        SetEnvironment(sidecar);
        _log.HttpListens(sidecar.HttpPort);
        _ = ReportReadyAsync(sidecar, clock);
        await Task.WhenAny(sidecar.ShutdownRequested, hangUp, Task.Delay(Timeout.Infinite, stop.Stop));
        await sidecar.StopAsync(stop.Hurry);
        if (sidecar.ShutdownRequested.IsCompletedSuccessfully) return await sidecar.ShutdownRequested;
        return stop.Stop.IsCancellationRequested ? ExitCodes.Done : null;
    }

    private async Task ReportReadyAsync(VirtualSidecar sidecar, Stopwatch clock)
    {
        await sidecar.WhenReady;
        if (sidecar.Options.AppPort is { } port) _log.AppDiscovered(port);
        _log.Initialized(clock.ElapsedMilliseconds);
    }

    // daprd tells itself where it is; components may refer to it.
    private static void SetEnvironment(VirtualSidecar sidecar)
    {
        Environment.SetEnvironmentVariable("APP_ID", sidecar.Options.AppId);
        Environment.SetEnvironmentVariable("APP_PORT", (sidecar.Options.AppPort ?? 0).ToString(CultureInfo.InvariantCulture));
        Environment.SetEnvironmentVariable("HOST_ADDRESS", Environment.GetEnvironmentVariable("DAPR_HOST_IP") ?? "127.0.0.1");
    }
}
