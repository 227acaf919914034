using System.Globalization;
using StocksDapr.Sidecar.Hosting;
using StocksDapr.Sidecar.Running;
using StocksDapr.Sidecar.Running.Sidecars;

namespace StocksDapr.Sidecar.Commands.Daprd;

/// <summary>What daprd's flags and environment come to.</summary>
internal sealed record DaprdSettings
{
    private const string HttpPort = "dapr-http-port";
    private const string GrpcPort = "dapr-grpc-port";
    private const string AppPort = "app-port";
    private static readonly string[] InitEndpoints = ["config", "subscribe"];

    public required SidecarOptions Sidecar { get; init; }

    /// <summary>Reads the settings.</summary>
    /// <param name="flags">The command line.</param>
    /// <param name="environment">Finds an environment variable.</param>
    /// <exception cref="RunFailedException">A value makes no sense, or asks for what only real Dapr can do.</exception>
    public static DaprdSettings Read(FlagValues flags, Func<string, string?> environment)
    {
        Refuse(flags);
        var (appId, appPort) = (AppId(flags.Text("app-id")), Port(flags, AppPort));
        var (http, grpc) = (Port(flags, HttpPort), Port(flags, GrpcPort));
        if (appPort > 0 && (appPort == http || appPort == grpc))
            throw new RunFailedException($"the '{(appPort == http ? HttpPort : GrpcPort)}' argument value {Text(appPort)} conflicts with 'app-port'");
        return new DaprdSettings
        {
            Sidecar = new SidecarOptions
            {
                AppId = appId,
                Namespace = environment("NAMESPACE"),
                AppPort = appPort > 0 ? appPort : null,
                AppHost = flags.Text("app-channel-address"),
                AppProtocol = Protocol(flags),
                HttpPort = http,
                GrpcPort = grpc,
                InternalPort = Port(flags, "dapr-internal-grpc-port"),
                ListenAddresses = flags.Text("dapr-listen-addresses") is { Length: > 0 } addresses ? addresses.Split(',') : [],
                PublicPort = flags.Text("dapr-public-port").Length > 0 ? Port(flags, "dapr-public-port") : null,
                PublicAddress = flags.Text("dapr-public-listen-address"),
                ResourcesPaths = Resources(flags),
                ConfigPaths = [.. flags.List("config").Select(Path.GetFullPath)],
                ApiToken = NotEmpty(environment("DAPR_API_TOKEN")),
                AppToken = NotEmpty(environment("APP_API_TOKEN")),
                AppMaxConcurrency = flags.Number("app-max-concurrency") is > 0 and <= int.MaxValue and var limit ? (int)limit : -1,
                MaxBodySize = Size(flags, "max-body-size", "dapr-http-max-request-size", 20, long.MaxValue),
                ReadBufferSize = (int)Size(flags, "read-buffer-size", "dapr-http-read-buffer-size", 10, int.MaxValue / 4),
                AppHealth = Health(flags),
                ApiLogging = flags.Switch("enable-api-logging"),
                ReloadInterval = flags.Duration("hot-reload-reconcile-interval") is { Ticks: > 0 } interval ? interval : new SidecarOptions { AppId = "" }.ReloadInterval,
                GracefulShutdown = TimeSpan.FromSeconds(flags.Number("dapr-graceful-shutdown-seconds") is >= 0 and var seconds ? Math.Min(seconds, int.MaxValue / 1000) : 5),
                BlockShutdown = flags.Duration("dapr-block-shutdown-duration"),
                AppBindingOptionsTimeout = flags.Duration("app-binding-options-timeout") is { Ticks: > 0 } timeout ? timeout : TimeSpan.FromSeconds(3),
                AllowedOrigins = flags.Text("allowed-origins").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries),
                DisableInitEndpoints = [.. flags.List("disable-init-endpoints").Select(InitEndpoint)],
            },
        };
    }

    private static void Refuse(FlagValues flags)
    {
        if (flags.Text("mode") is not ("standalone" or "") and var mode)
            throw new RunFailedException($"--mode {mode} is not possible here: this is a sidecar for one machine; leave the flag out, or run with real Dapr");
        if (flags.Text("unix-domain-socket").Length > 0)
            throw new RunFailedException("--unix-domain-socket is not possible here: this sidecar serves ports only; leave the flag out and use --dapr-http-port and --dapr-grpc-port");
        if (flags.Switch("enable-mtls"))
            throw new RunFailedException("--enable-mtls is not possible here: it needs Dapr's certificate authority; leave the flag out (calls between sidecars stay on this machine), or run with real Dapr");
    }

    private static string AppId(string id) => id switch
    {
        "" => throw new RunFailedException("parameter app-id cannot be empty"),
        _ when id.Contains('.', StringComparison.Ordinal) => throw new RunFailedException("parameter app-id cannot contain dots"),
        _ => id,
    };

    private static string Protocol(FlagValues flags) => flags.Text("app-protocol").ToLowerInvariant() switch
    {
        "" or "http" => flags.Switch("app-ssl") ? "https" : "http",
        "https" => "https",
        "h2c" => "h2c",
        "grpc" or "grpcs" => throw new RunFailedException(
            $"--app-protocol {flags.Text("app-protocol")} is not possible here: this sidecar calls applications over http, https or h2c; use one of them, or run with real Dapr"),
        _ => throw new RunFailedException($"invalid value for 'app-protocol': {flags.Text("app-protocol")}"),
    };

    private static string[] Resources(FlagValues flags)
    {
        var folders = flags.List("resources-path");
        if (folders.Count == 0 && flags.Text("components-path") is { Length: > 0 } alias) folders = [alias];
        return [.. folders.Select(Path.GetFullPath)];
    }

    private static AppHealthOptions? Health(FlagValues flags)
    {
        var standard = new AppHealthOptions();
        var health = new AppHealthOptions
        {
            Path = flags.Text("app-health-check-path"),
            Interval = flags.Number("app-health-probe-interval") is > 0 and < int.MaxValue / 1000 and var seconds ? TimeSpan.FromSeconds(seconds) : standard.Interval,
            Timeout = flags.Number("app-health-probe-timeout") is > 0 and < int.MaxValue and var milliseconds ? TimeSpan.FromMilliseconds(milliseconds) : standard.Timeout,
            Threshold = flags.Number("app-health-threshold") is > 0 and < int.MaxValue and var threshold ? (int)threshold : standard.Threshold,
        };
        if (health.Timeout > health.Interval) throw new RunFailedException("value for 'health-probe-timeout' must be smaller than 'health-probe-interval'");
        return flags.Switch("enable-app-health-check") ? health : null;
    }

    private static string InitEndpoint(string name) => InitEndpoints.Contains(name.Trim().ToLowerInvariant())
        ? name.Trim().ToLowerInvariant()
        : throw new RunFailedException($"invalid value for 'disable-init-endpoints': {name}; it takes {string.Join(", ", InitEndpoints)}");

    // A size of 0 or less lifts the limit, but -1 is the default; the deprecated flag counts in MB or KB.
    private static long Size(FlagValues flags, string name, string deprecated, int shift, long most)
    {
        if (!flags.IsGiven(name) && flags.IsGiven(deprecated))
            return flags.Number(deprecated) switch
            {
                -1 => 4L << shift,
                <= 0 => most,
                var units => units >= most >> shift ? most : units << shift,
            };
        return flags.Text(name).Trim() switch
        {
            "-1" => 4L << shift,
            "0" => most,
            ['-', ..] => most,
            var text => ByteSize.Parse(text, $"invalid value for '{name}' option", most),
        };
    }

    private static int Port(FlagValues flags, string name)
    {
        var text = flags.Text(name);
        if (text.Length == 0) return 0;
        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var port) && port is >= 0 and <= ushort.MaxValue
            ? port
            : throw new RunFailedException($"error parsing {name} flag: \"{text}\" is no port; it takes a number from 0 to 65535");
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string? NotEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
