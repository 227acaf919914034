using System.Globalization;
using System.Text;

namespace StocksDapr.Sidecar.Commands.Daprd;

/// <summary>The flags of daprd 1.18, all of them, with its names and defaults.</summary>
internal static class DaprdFlags
{
    private const string NoControlPlane = "there is no control plane beside this sidecar";
    private const string NoActors = "placement and scheduler are not needed: workflows and schedules run in this sidecar itself";

    private const string NoMetrics = "this sidecar serves no metrics of its own";

    public static IReadOnlyList<DaprdFlag> All { get; } =
    [
        new("actors-disseminate-timeout", FlagKind.Duration, "30s", "Limit of a round of actor placement") { NoEffect = NoActors },
        new("actors-service", FlagKind.Text, "", "Address of the actors service") { NoEffect = NoActors, Deprecated = "flag no longer has any effect" },
        new("allowed-origins", FlagKind.Text, "", "Origins that browsers may call from, separated by commas"),
        new("app-binding-options-timeout", FlagKind.Duration, "3s", "How long the application may take to say whether it wants a binding"),
        new("app-channel-address", FlagKind.Text, "127.0.0.1", "The address that the application listens on"),
        new("app-health-check-path", FlagKind.Text, "/healthz", "The path of health probes"),
        new("app-health-probe-interval", FlagKind.Number, "5", "Seconds from one probe to the next"),
        new("app-health-probe-timeout", FlagKind.Number, "500", "Milliseconds that a probe may take"),
        new("app-health-threshold", FlagKind.Number, "3", "Failures in a row that make the application unhealthy"),
        new("app-id", FlagKind.Text, "", "The application's id, unique for discovery and state"),
        new("app-max-concurrency", FlagKind.Number, "-1", "Calls of the application under way at once; -1 for no limit"),
        new("app-port", FlagKind.Text, "", "The port that the application listens on"),
        new("app-protocol", FlagKind.Text, "http", "Protocol of the application: http, https, h2c"),
        new("app-ssl", FlagKind.Switch, "false", "Calls the application over https") { Deprecated = "use '--app-protocol https|grpcs'" },
        new("build-info", FlagKind.Switch, "false", "Prints the version and ends"),
        new("components-path", FlagKind.Text, "", "Another name of --resources-path") { Deprecated = "use --resources-path" },
        new("config", FlagKind.List, "", "A configuration file; may be given again"),
        new("control-plane-address", FlagKind.Text, "", "Address of a control plane") { NoEffect = NoControlPlane },
        new("control-plane-namespace", FlagKind.Text, "default", "Namespace of the control plane") { NoEffect = NoControlPlane },
        new("control-plane-trust-domain", FlagKind.Text, "localhost", "Trust domain of the control plane") { NoEffect = NoControlPlane },
        new("dapr-block-shutdown-duration", FlagKind.Duration, "0s", "How long a stop is put off while the application is healthy"),
        new("dapr-graceful-shutdown-seconds", FlagKind.Number, "5", "How long a stop waits for what is under way"),
        new("dapr-grpc-port", FlagKind.Text, "50001", "The gRPC port of the Dapr API"),
        new("dapr-http-max-request-size", FlagKind.Number, "4", "Largest request body in MB") { Deprecated = "use '--max-body-size 4Mi'" },
        new("dapr-http-port", FlagKind.Text, "3500", "The HTTP port of the Dapr API"),
        new("dapr-http-read-buffer-size", FlagKind.Number, "4", "Largest request header in KB") { Deprecated = "use '--read-buffer-size 4Ki'" },
        new("dapr-internal-grpc-listen-address", FlagKind.Text, "", "Address for calls of other sidecars") { NoEffect = "sidecars of one machine call each other on the loopback interface only" },
        new("dapr-internal-grpc-port", FlagKind.Text, "", "The port for calls of other sidecars; any free one by default"),
        new("dapr-listen-addresses", FlagKind.Text, "", "Addresses of the Dapr API, separated by commas; only this machine by default"),
        new("dapr-public-listen-address", FlagKind.Text, "", "Address of the public port; only this machine by default"),
        new("dapr-public-port", FlagKind.Text, "", "A port that answers for health and metadata only"),
        new("disable-builtin-k8s-secret-store", FlagKind.Switch, "false", "Leaves out the secret store of Kubernetes") { NoEffect = "it is never there outside of Kubernetes" },
        new("disable-init-endpoints", FlagKind.List, "", "Of config, subscribe: what the application is not asked at first"),
        new("enable-api-logging", FlagKind.Switch, "false", "Logs every call of the Dapr API"),
        new("enable-app-health-check", FlagKind.Switch, "false", "Probes the application's health"),
        new("enable-metrics", FlagKind.Switch, "true", "Serves metrics for Prometheus") { NoEffect = NoMetrics },
        new("enable-mtls", FlagKind.Switch, "false", "Mutual TLS between sidecars"),
        new("enable-profiling", FlagKind.Switch, "false", "Serves profiles") { NoEffect = "profiles of a .NET process are taken with dotnet-trace" },
        new("hot-reload-reconcile-interval", FlagKind.Duration, "0s", "How often the resources are read even if no change was noticed; 60s by default"),
        new("log-as-json", FlagKind.Switch, "false", "Writes log lines as JSON"),
        new("log-level", FlagKind.Text, "info", "debug, info, warn, error or fatal"),
        new("max-body-size", FlagKind.Text, "4Mi", "Largest request body"),
        new("metrics-listen-address", FlagKind.Text, "127.0.0.1", "Address of the metrics port") { NoEffect = NoMetrics },
        new("metrics-port", FlagKind.Text, "9090", "The port of the metrics") { NoEffect = NoMetrics },
        new("mode", FlagKind.Text, "standalone", "standalone"),
        new("placement-host-address", FlagKind.Text, "", "Addresses of placement servers") { NoEffect = NoActors },
        new("profile-port", FlagKind.Text, "7777", "The port of the profiles") { NoEffect = "there are no profiles" },
        new("read-buffer-size", FlagKind.Text, "4Ki", "Largest request header"),
        new("reminders-service", FlagKind.Text, "", "Address of the reminders service") { NoEffect = NoActors, Deprecated = "flag no longer has any effect" },
        new("resources-path", FlagKind.List, "", "A folder of components, subscriptions and policies; may be given again"),
        new("scheduler-host-address", FlagKind.List, "", "Addresses of schedulers") { NoEffect = NoActors },
        new("scheduler-job-streams", FlagKind.Count, "3", "Streams to a scheduler") { NoEffect = NoActors },
        new("sentry-address", FlagKind.Text, "", "Address of the certificate authority") { NoEffect = NoControlPlane },
        new("sentry-request-jwt-audiences", FlagKind.List, "", "Audiences of certificate requests") { NoEffect = NoControlPlane },
        new("unix-domain-socket", FlagKind.Text, "", "Folder of sockets in place of ports"),
        new("version", FlagKind.Switch, "false", "Prints the version of Dapr that is followed and ends"),
        new("wait", FlagKind.Switch, "false", "Waits until the sidecar on --dapr-http-port is ready and ends"),
    ];

    /// <summary>The list of flags, as <c>--help</c> shows it.</summary>
    public static string Usage()
    {
        var text = new StringBuilder("Usage of daprd:\n");
        var width = All.Max(flag => Heading(flag).Length);
        foreach (var flag in All)
        {
            var standard = flag.Default is "" or "false" or "0s" ? "" : $" (default {flag.Default})";
            var note = flag.NoEffect is null ? "" : $" (accepted; {flag.NoEffect})";
            text.Append(CultureInfo.InvariantCulture, $"  {Heading(flag).PadRight(width)}  {flag.Description}{standard}{note}\n");
        }

        return text.ToString();
    }

    private static string Heading(DaprdFlag flag) => $"--{flag.Name} {flag.Kind switch
    {
        FlagKind.Switch => "",
        FlagKind.Number => "int",
        FlagKind.Count => "uint",
        FlagKind.Duration => "duration",
        FlagKind.List => "strings",
        _ => "string",
    }}".TrimEnd();
}
