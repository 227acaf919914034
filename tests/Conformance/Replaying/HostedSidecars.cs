using Microsoft.Extensions.Logging.Abstractions;
using StocksDapr.Sidecar.Commands.Daprd;
using StocksDapr.Sidecar.Hosting;

namespace StocksDapr.Conformance.Replaying;

/// <summary>Sidecars in this process.</summary>
internal sealed class HostedSidecars(IReadOnlyList<SidecarStart> starts, IReadOnlyDictionary<string, string> environment, string folder) : ISidecars
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(20);

    private List<VirtualSidecar> _sidecars = [];

    public Task<int> Exit { get; private set; } = Task.FromResult(0);

    public int? HttpPort(string appId) => _sidecars.Find(sidecar => sidecar.Options.AppId == appId)?.HttpPort;

    public int? GrpcPort(string appId) => _sidecars.Find(sidecar => sidecar.Options.AppId == appId)?.GrpcPort is > 0 and var port ? port : null;

    public async Task StartAsync(bool expectsExit, bool waits)
    {
        var mesh = new SidecarMesh();
        _sidecars = [.. starts.Select(start => new VirtualSidecar(Options(start), mesh, NullLoggerFactory.Instance))];
        Exit = new TaskCompletionSource<int>().Task;
        try
        {
            foreach (var sidecar in _sidecars) await sidecar.StartAsync(CancellationToken.None);
        }
        catch (SidecarStartException) when (expectsExit)
        {
            Exit = Task.FromResult(1);
            return;
        }

        Exit = WatchAsync(_sidecars[0]);
        if (!waits) return;
        foreach (var (sidecar, start) in _sidecars.Zip(starts))
        {
            if (start.BecomesReady) await sidecar.WhenReady.WaitAsync(StartLimit);
        }
    }

    /// <summary>A sidecar in this process can be killed as far as nothing under way is finished.</summary>
    public void Signal(string name) => Exit = name == "KILL" ? StopAllAsync(ISidecars.KilledCode, new CancellationToken(canceled: true)) : StopAllAsync(0);

    public async ValueTask DisposeAsync()
    {
        foreach (var sidecar in _sidecars) await sidecar.DisposeAsync();
    }

    private async Task<int> WatchAsync(VirtualSidecar sidecar) => await StopAllAsync(await sidecar.ShutdownRequested);

    private async Task<int> StopAllAsync(int code, CancellationToken cancellationToken = default)
    {
        foreach (var sidecar in _sidecars) await sidecar.StopAsync(cancellationToken);
        return code;
    }

    private SidecarOptions Options(SidecarStart start)
    {
        string[] ports = ["--dapr-http-port", "0", "--dapr-grpc-port", "0"];
        var flags = FlagValues.Parse([.. start.Flags, .. ports], DaprdFlags.All);
        return DaprdSettings.Read(flags, environment.GetValueOrDefault).Sidecar with { WorkingDirectory = folder, Environment = environment };
    }
}
