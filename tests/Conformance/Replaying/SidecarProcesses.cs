using StocksDapr.Support;

namespace StocksDapr.Conformance.Replaying;

/// <summary>Sidecars in processes of their own: any daprd, or the development sidecar started as one.</summary>
internal sealed class SidecarProcesses : ISidecars
{
    /// <summary>Names the binary: a daprd, or the development sidecar's dll.</summary>
    public const string CommandVariable = "CONFORMANCE_DAPRD";

    /// <summary>Further flags for every start, separated by blanks: where placement and scheduler are, for example.</summary>
    public const string FlagsVariable = "CONFORMANCE_DAPRD_FLAGS";

    // 128 and the signal's number.
    private const int KilledByShell = 137;
    private static readonly string[] Quiet = ["--enable-metrics=false", "--log-level", "warn"];

    private readonly IReadOnlyList<string> _command;
    private readonly IReadOnlyList<SidecarStart> _starts;
    private readonly IReadOnlyDictionary<string, string> _environment;
    private readonly string _folder;
    private readonly Dictionary<string, (int Http, int Grpc)> _ports;
    private List<SidecarProcess> _processes = [];

    public SidecarProcesses(IReadOnlyList<string> command, IReadOnlyList<SidecarStart> starts, IReadOnlyDictionary<string, string> environment, string folder)
    {
        (_command, _starts, _folder) = (command, starts, folder);
        _environment = new Dictionary<string, string>(environment)
        {
            // The sidecars of a setup see each other and nobody else: ours by a folder, daprd by the address that its own launcher gives it.
            ["STOCKS_SIDECARS"] = Path.Combine(folder, "sidecars"),
            ["DAPR_HOST_IP"] = "127.0.0.1",
        };
        _ports = starts.ToDictionary(start => start.App.Id, _ => (FreePorts.Next(), FreePorts.Next()));
    }

    public Task<int> Exit { get; private set; } = Task.FromResult(0);

    /// <summary>The command that the environment asks for; null when it asks for none.</summary>
    public static IReadOnlyList<string>? CommandOfEnvironment() => Environment.GetEnvironmentVariable(CommandVariable) switch
    {
        null or "" => null,
        var dll when dll.EndsWith(".dll", StringComparison.OrdinalIgnoreCase) => ["dotnet", Path.GetFullPath(dll)],
        var binary => [binary],
    };

    public int? HttpPort(string appId) => _ports[appId].Http;

    public int? GrpcPort(string appId) => _ports[appId].Grpc;

    public async Task StartAsync(bool expectsExit, bool waits)
    {
        await DisposeAsync();
        _processes = [.. _starts.Select(Start)];
        Exit = ExitAsync(_processes[0]);
        if (expectsExit || !waits) return;
        foreach (var (process, start) in _processes.Zip(_starts)) await process.WaitAsync(start.BecomesReady ? "/v1.0/healthz" : "/v1.0/healthz/outbound");
    }

    public void Signal(string name)
    {
        foreach (var process in _processes) process.Signal(name);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes) await process.DisposeAsync();
        _processes = [];
    }

    private static async Task<int> ExitAsync(SidecarProcess process) => await process.Exited is var code and not KilledByShell ? code : ISidecars.KilledCode;

    private SidecarProcess Start(SidecarStart start)
    {
        var (http, grpc) = _ports[start.App.Id];
        var further = (Environment.GetEnvironmentVariable(FlagsVariable) ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return SidecarProcess.Start(_command, http, [.. start.Flags, "--dapr-grpc-port", $"{grpc}", .. Quiet, .. further], _environment, _folder);
    }
}
