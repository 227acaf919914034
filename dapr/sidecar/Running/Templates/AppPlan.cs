namespace StocksDapr.Sidecar.Running.Templates;

/// <summary>One application of a run: defaults filled in, paths absolute, ports chosen.</summary>
internal sealed record AppPlan
{
    public required string AppId { get; init; }

    /// <summary>Working directory of the application (and of its daprd).</summary>
    public required string Directory { get; init; }

    /// <summary>Program and arguments; empty when only the sidecar runs.</summary>
    public IReadOnlyList<string> Command { get; init; } = [];

    /// <summary>The port that the application listens on; 0 = none, so nothing is called on it.</summary>
    public int AppPort { get; init; }

    /// <summary>As written; empty means 127.0.0.1.</summary>
    public string AppChannelAddress { get; init; } = "";

    public string AppProtocol { get; init; } = "http";

    public int HttpPort { get; init; }

    public int GrpcPort { get; init; }

    /// <summary>0 = daprd's own choice.</summary>
    public int InternalGrpcPort { get; init; }

    public int MetricsPort { get; init; }

    /// <summary>The template's variables for the application, which come last and so win.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    public IReadOnlyList<string> ResourcesPaths { get; init; } = [];

    public string? ConfigPath { get; init; }

    /// <summary>The folder <c>.dapr</c> of the Dapr installation, which may not exist.</summary>
    public required string DaprInstall { get; init; }

    /// <summary>Everything else that is said for the sidecar.</summary>
    public required SharedSettings Settings { get; init; }

    /// <summary>Where the application is reached from this machine.</summary>
    public string Host => AppChannelAddress.Length == 0 ? "127.0.0.1" : AppChannelAddress;

    /// <summary>What the application finds in its environment beside the runner's own (multi-app run, as the Dapr CLI sets it).</summary>
    public IReadOnlyDictionary<string, string?> ProcessEnvironment(IReadOnlyDictionary<string, string> ofTheRun)
    {
        var environment = new Dictionary<string, string?>
        {
            ["APP_ID"] = AppId,
            ["APP_CHANNEL_ADDRESS"] = AppChannelAddress,
            ["DAPR_HTTP_PORT"] = Text(HttpPort),
            ["DAPR_GRPC_PORT"] = Text(GrpcPort),
            ["DAPR_METRICS_PORT"] = Text(MetricsPort),
            ["APP_PROTOCOL"] = AppProtocol,
        };
        if (AppPort > 0)
            environment["APP_PORT"] = Text(AppPort);
        foreach (var (name, value) in ofTheRun)
            environment[name] = value;
        foreach (var (name, value) in Environment)
            environment[name] = value;
        return environment;

        static string Text(int port) => port.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }
}

/// <summary>A run: the template, read and settled.</summary>
/// <param name="File">The template, absolute.</param>
/// <param name="Name">The template's own name.</param>
/// <param name="Apps">In the template's order, which is also the order of stopping.</param>
internal sealed record RunPlan(string File, string Name, IReadOnlyList<AppPlan> Apps)
{
    public string Directory => Path.GetDirectoryName(File)!;

    public AppPlan? Find(string appId) => Apps.FirstOrDefault(app => app.AppId == appId);
}
