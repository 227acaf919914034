using System.Globalization;
using StocksDapr.Sidecar.Hosting;
using StocksDapr.Sidecar.Running.Templates;

namespace StocksDapr.Sidecar.Running.Sidecars;

/// <summary>Says to a sidecar in this process what <c>dapr run</c> would say to daprd by its flags.</summary>
internal static class SidecarOptionsFactory
{
    /// <param name="app">The application.</param>
    /// <param name="environment">What components see: the runner's own environment and the run's secrets, never the template's.</param>
    /// <param name="extended">Metadata of the run.</param>
    /// <exception cref="RunFailedException">A value of the template makes no sense.</exception>
    public static SidecarOptions For(AppPlan app, IReadOnlyDictionary<string, string> environment, IReadOnlyDictionary<string, string> extended)
    {
        var settings = app.Settings;
        var options = new SidecarOptions
        {
            AppId = app.AppId,
            Namespace = environment.GetValueOrDefault("NAMESPACE"),
            AppPort = app.AppPort > 0 ? app.AppPort : null,
            AppHost = app.Host,
            AppProtocol = app.AppProtocol,
            HttpPort = app.HttpPort,
            GrpcPort = app.GrpcPort,
            ResourcesPaths = app.ResourcesPaths,
            ConfigPaths = app.ConfigPath is { } config ? [config] : [],
            ApiToken = NotEmpty(environment.GetValueOrDefault("DAPR_API_TOKEN")),
            AppToken = NotEmpty(environment.GetValueOrDefault("APP_API_TOKEN")),
            AppHealth = settings.EnableAppHealthCheck ? Health(settings) : null,
            AppMaxConcurrency = settings.AppMaxConcurrency > 0 ? settings.AppMaxConcurrency : -1,
            ExtendedMetadata = extended,
            WorkingDirectory = app.Directory,
            Environment = environment,
        };
        return options with
        {
            MaxBodySize = settings.MaxBodySize is { } body ? ByteSize.Parse(body, $"app {app.AppId}: maxBodySize") : options.MaxBodySize,
            ReadBufferSize = settings.ReadBufferSize is { } buffer ? (int)ByteSize.Parse(buffer, $"app {app.AppId}: readBufferSize", int.MaxValue) : options.ReadBufferSize,
        };
    }

    /// <summary>What the Dapr CLI writes into a sidecar's metadata.</summary>
    public static IReadOnlyDictionary<string, string> Metadata(RunPlan plan, AppPlan app, string appLog, string sidecarLog) => new Dictionary<string, string>
    {
        ["cliPID"] = Environment.ProcessId.ToString(CultureInfo.InvariantCulture),
        ["runTemplatePath"] = plan.File,
        ["runTemplateName"] = plan.Name,
        ["appCommand"] = string.Join(' ', app.Command),
        ["appLogPath"] = appLog,
        ["daprdLogPath"] = sidecarLog,
    };

    private static AppHealthOptions Health(SharedSettings settings)
    {
        var standard = new AppHealthOptions();
        return new AppHealthOptions
        {
            Path = settings.AppHealthCheckPath ?? standard.Path,
            Interval = settings.AppHealthProbeInterval > 0 ? TimeSpan.FromSeconds(settings.AppHealthProbeInterval) : standard.Interval,
            Timeout = settings.AppHealthProbeTimeout > 0 ? TimeSpan.FromMilliseconds(settings.AppHealthProbeTimeout) : standard.Timeout,
            Threshold = settings.AppHealthThreshold > 0 ? settings.AppHealthThreshold : standard.Threshold,
        };
    }

    private static string? NotEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
