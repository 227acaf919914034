using System.Globalization;
using StocksDapr.Sidecar.Running.Processes;
using StocksDapr.Sidecar.Running.Templates;

namespace StocksDapr.Sidecar.Running.Sidecars;

/// <summary>The command line of an installed daprd for an application, with the flags that <c>dapr run -f</c> gives it.</summary>
internal static class DaprdCommand
{
    /// <summary>The installed daprd: the template's runtimePath, DAPR_RUNTIME_PATH, the home folder, then PATH.</summary>
    /// <exception cref="RunFailedException">There is none.</exception>
    public static string Find(AppPlan app)
    {
        var installed = Path.Combine(app.DaprInstall, "bin", OperatingSystem.IsWindows() ? "daprd.exe" : "daprd");
        return File.Exists(installed) ? installed
            : Tool.Find("daprd")
            ?? throw new RunFailedException($"There is no daprd, neither {installed} nor in PATH. Install it (`dapr init --slim`), or leave out --daprd to use the sidecars that come with this project.");
    }

    public static IReadOnlyList<string> For(string daprd, AppPlan app)
    {
        var settings = app.Settings;
        var command = new List<string> { daprd, "--app-id", app.AppId };
        Add("--app-channel-address", app.AppChannelAddress);
        AddNumber("--app-port", app.AppPort);
        Add("--app-protocol", app.AppProtocol);
        AddNumber("--dapr-http-port", app.HttpPort);
        AddNumber("--dapr-grpc-port", app.GrpcPort);
        AddNumber("--dapr-internal-grpc-port", app.InternalGrpcPort);
        AddNumber("--metrics-port", app.MetricsPort);
        foreach (var path in app.ResourcesPaths)
            Add("--resources-path", path);
        Add("--config", app.ConfigPath);
        Add("--log-level", settings.LogLevel);
        Add("--dapr-listen-addresses", settings.ApiListenAddresses);
        AddNumber("--app-max-concurrency", settings.AppMaxConcurrency);
        command.AddRange(["--placement-host-address", settings.PlacementHostAddress ?? "localhost:" + (OperatingSystem.IsWindows() ? "6050" : "50005")]);
        command.AddRange(["--scheduler-host-address", settings.SchedulerHostAddress ?? "localhost:" + (OperatingSystem.IsWindows() ? "6060" : "50006")]);
        Add("--max-body-size", settings.MaxBodySize);
        Add("--read-buffer-size", settings.ReadBufferSize);
        AddSwitch("--enable-profiling", settings.EnableProfiling);
        AddSwitch("--enable-api-logging", settings.EnableApiLogging);
        if (settings.EnableAppHealthCheck)
        {
            command.Add("--enable-app-health-check");
            Add("--app-health-check-path", settings.AppHealthCheckPath);
            AddNumber("--app-health-probe-interval", settings.AppHealthProbeInterval);
            AddNumber("--app-health-probe-timeout", settings.AppHealthProbeTimeout);
            AddNumber("--app-health-threshold", settings.AppHealthThreshold);
        }

        return command;

        void Add(string flag, string? value)
        {
            if (!string.IsNullOrEmpty(value))
                command.AddRange([flag, value]);
        }

        void AddNumber(string flag, int value)
        {
            if (value > 0)
                command.AddRange([flag, value.ToString(CultureInfo.InvariantCulture)]);
        }

        void AddSwitch(string flag, bool on)
        {
            if (on)
                command.Add(flag);
        }
    }
}
