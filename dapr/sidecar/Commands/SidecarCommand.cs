using System.CommandLine;
using System.Globalization;
using StocksDapr.Sidecar.Hosting;
using StocksDapr.Sidecar.Running.Logs;
using StocksDapr.Sidecar.Running.Sidecars;

namespace StocksDapr.Sidecar.Commands;

/// <summary><c>sidecar</c>: one sidecar with daprd's own flags, until a signal. Flags of daprd that mean nothing here are named and ignored.</summary>
internal static class SidecarCommand
{
    public static Command Make()
    {
        var appId = new Option<string>("--app-id", "-i") { Description = "The application's id.", Required = true };
        var appPort = new Option<int>("--app-port") { Description = "The port that the application listens on." };
        var appAddress = new Option<string>("--app-channel-address") { Description = "The host that it listens on.", DefaultValueFactory = _ => "127.0.0.1" };
        var appProtocol = new Option<string>("--app-protocol", "-P") { Description = "http, https or h2c.", DefaultValueFactory = _ => "http" };
        appProtocol.AcceptOnlyFromAmong("http", "https", "h2c");
        var httpPort = new Option<int>("--dapr-http-port") { Description = "The HTTP port; 0 takes any free one.", DefaultValueFactory = _ => 3500 };
        var grpcPort = new Option<int>("--dapr-grpc-port") { Description = "The gRPC port; 0 takes any free one.", DefaultValueFactory = _ => 50001 };
        var resources = new Option<string[]>("--resources-path", "-d") { Description = "A folder of component files. May be given again." };
        var config = new Option<string[]>("--config", "-c") { Description = "A configuration file. May be given again." };
        var concurrency = new Option<int>("--app-max-concurrency") { Description = "Calls of the application at once; -1: no limit.", DefaultValueFactory = _ => -1 };
        var logLevel = new Option<string>("--log-level") { Description = "debug, info, warn, error or fatal.", DefaultValueFactory = _ => "info" };
        var bodySize = new Option<string>("--max-body-size") { Description = "The largest request body.", DefaultValueFactory = _ => "4Mi" };
        var bufferSize = new Option<string>("--read-buffer-size") { Description = "The largest request header.", DefaultValueFactory = _ => "4Ki" };
        var health = new Option<bool>("--enable-app-health-check") { Description = "Probe the application's health." };
        var healthPath = new Option<string>("--app-health-check-path") { DefaultValueFactory = _ => "/healthz", Description = "The path of the probe." };
        var healthInterval = new Option<int>("--app-health-probe-interval") { DefaultValueFactory = _ => 5, Description = "Seconds from probe to probe." };
        var healthTimeout = new Option<int>("--app-health-probe-timeout") { DefaultValueFactory = _ => 500, Description = "Milliseconds that a probe may take." };
        var healthThreshold = new Option<int>("--app-health-threshold") { DefaultValueFactory = _ => 3, Description = "Failures in a row that count." };
        var shutdown = new Option<int>("--dapr-graceful-shutdown-seconds") { DefaultValueFactory = _ => 5, Description = "How long a stop waits for what is under way." };
        var block = new Option<string?>("--dapr-block-shutdown-duration") { Description = "How long the application stays reachable after a stop was asked for, such as 10s." };
        var bindingTimeout = new Option<string?>("--app-binding-options-timeout") { Description = "How long the application may take to say whether it wants a binding, such as 3s." };
        var origins = new Option<string>("--allowed-origins") { DefaultValueFactory = _ => "", Description = "Origins that browsers may call from, separated by commas; * for all." };
        var disabled = new Option<string>("--disable-init-endpoints") { DefaultValueFactory = _ => "", Description = "Of config, subscribe: what the application is not asked at first." };
        Option[] options =
        [
            appId, appPort, appAddress, appProtocol, httpPort, grpcPort, resources, config, concurrency, logLevel, bodySize, bufferSize,
            health, healthPath, healthInterval, healthTimeout, healthThreshold, shutdown, block, bindingTimeout, origins, disabled,
        ];
        var command = new Command("sidecar", "Runs one sidecar with daprd's flags, until Ctrl-C.") { TreatUnmatchedTokensAsErrors = false };
        foreach (var option in options)
            command.Add(option);

        command.SetAction(parsed =>
        {
            if (parsed.UnmatchedTokens.Count > 0)
                Console.Error.WriteLine($"ignored, since it means nothing here: {string.Join(' ', parsed.UnmatchedTokens)}");
            var interval = TimeSpan.FromSeconds(parsed.GetValue(healthInterval));
            var standard = new SidecarOptions { AppId = "" };
            var sidecar = new SidecarOptions
            {
                AppId = parsed.GetValue(appId)!,
                Namespace = Environment.GetEnvironmentVariable("NAMESPACE"),
                AppPort = parsed.GetValue(appPort) is > 0 and var port ? port : null,
                AppHost = parsed.GetValue(appAddress)!,
                AppProtocol = parsed.GetValue(appProtocol)!,
                HttpPort = parsed.GetValue(httpPort),
                GrpcPort = parsed.GetValue(grpcPort),
                ResourcesPaths = [.. (parsed.GetValue(resources) ?? []).Select(Path.GetFullPath)],
                ConfigPaths = [.. (parsed.GetValue(config) ?? []).Select(Path.GetFullPath)],
                ApiToken = NotEmpty(Environment.GetEnvironmentVariable("DAPR_API_TOKEN")),
                AppToken = NotEmpty(Environment.GetEnvironmentVariable("APP_API_TOKEN")),
                AppMaxConcurrency = parsed.GetValue(concurrency),
                MaxBodySize = ByteSize.Parse(parsed.GetValue(bodySize)!, "--max-body-size"),
                ReadBufferSize = (int)ByteSize.Parse(parsed.GetValue(bufferSize)!, "--read-buffer-size", int.MaxValue),
                AppHealth = !parsed.GetValue(health) ? null : new AppHealthOptions
                {
                    Path = parsed.GetValue(healthPath)!,
                    Interval = interval,
                    Timeout = TimeSpan.FromMilliseconds(parsed.GetValue(healthTimeout)),
                    Threshold = parsed.GetValue(healthThreshold),
                },
                GracefulShutdown = TimeSpan.FromSeconds(parsed.GetValue(shutdown)),
                BlockShutdown = parsed.GetValue(block) is { Length: > 0 } wait ? Durations.Parse(wait, "--dapr-block-shutdown-duration") : TimeSpan.Zero,
                AppBindingOptionsTimeout = parsed.GetValue(bindingTimeout) is { Length: > 0 } limit
                    ? Durations.Parse(limit, "--app-binding-options-timeout")
                    : standard.AppBindingOptionsTimeout,
                AllowedOrigins = List(parsed.GetValue(origins)!),
                DisableInitEndpoints = List(parsed.GetValue(disabled)!),
            };
            return RunAsync(sidecar, parsed.GetValue(logLevel)!);
        });
        return command;
    }

    private static async Task<int> RunAsync(SidecarOptions options, string logLevel)
    {
        using var stop = new StopRequests(data: null);
        using var loggers = LoggerFactory.Create(builder => builder
            .SetMinimumLevel(EmbeddedSidecars.LevelOf(logLevel))
            .AddFilter("Microsoft", LogLevel.Warning)
            .AddProvider(new FileLoggerProvider(new ServiceLog("", null, Console.WriteLine), TimeProvider.System)));
        await using var sidecar = new VirtualSidecar(options, new SidecarMesh(), loggers);
        try
        {
            await sidecar.StartAsync(stop.Stop);
        }
        catch (SidecarStartException exception)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return ExitCodes.Failed;
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"the sidecar of {options.AppId} listens on http://127.0.0.1:{sidecar.HttpPort}"));
        await Task.WhenAny(sidecar.ShutdownRequested, Task.Delay(Timeout.Infinite, stop.Stop));
        await sidecar.StopAsync(stop.Hurry);
        return sidecar.ShutdownRequested.IsCompletedSuccessfully ? await sidecar.ShutdownRequested : ExitCodes.Done;
    }

    private static string[] List(string text) => text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static string? NotEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
