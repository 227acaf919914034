using System.Diagnostics;
using System.Globalization;
using StocksDapr.Support;
using StocksDapr.Support.Platform;

namespace StocksDapr.EndToEnd.Runs;

/// <summary>A second replica of Collector: a process of its own with a sidecar of its own, beside a run, on its broker and its state store.</summary>
internal sealed class SecondCollector : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("stocks-collector-");
    private readonly SidecarProcess _sidecar;
    private readonly Process _service;
    private readonly HttpClient _client;

    private SecondCollector(RunsPlatform platform)
    {
        var (http, grpc, app) = (FreePorts.Next(), FreePorts.Next(), FreePorts.Next());
        var environment = new Dictionary<string, string>(platform.Environment) { ["STOCKS_POSTGRES_URL"] = platform.Environment["STOCKS_POSTGRES"] };
        _sidecar = SidecarProcess.Start(
            SidecarProcess.DevelopmentSidecar, http,
            ["--app-id", "collector", "--app-port", Text(app), "--dapr-grpc-port", Text(grpc), "--resources-path", Path.Combine(StocksCommand.Root, "components", "rabbitmq")],
            environment, _folder.FullName);

        var start = new ProcessStartInfo("dotnet", [Path.Combine(StocksCommand.Root, "artifacts", "bin", "Collector", "release", "StocksDapr.Collector.dll")])
        {
            WorkingDirectory = _folder.FullName,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        foreach (var (name, value) in (ReadOnlySpan<(string, string)>)
            [("APP_PORT", Text(app)), ("DAPR_HTTP_PORT", Text(http)), ("DAPR_GRPC_PORT", Text(grpc)), ("STOCKS_DATA", _folder.FullName), ("DOTNET_ENVIRONMENT", "Production")])
        {
            start.Environment[name] = value;
        }

        _service = Process.Start(start)!;
        _service.BeginOutputReadLine();
        _service.BeginErrorReadLine();
        _client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{app}") };
    }

    public static async Task<SecondCollector> StartAsync(RunsPlatform platform)
    {
        var replica = new SecondCollector(platform);
        await replica._sidecar.WaitAsync();
        await Eventually.BeTrueAsync(async () => await replica.LooksAsync() > 0, TimeSpan.FromMinutes(1));
        return replica;
    }

    /// <summary>How often it has looked at what is due, with success.</summary>
    public async Task<long> LooksAsync()
    {
        try
        {
            var metrics = await _client.GetStringAsync(new Uri("/metrics", UriKind.Relative));
            var count = metrics.Split('\n').FirstOrDefault(line => line.StartsWith("collector_schedule_duration_seconds_count", StringComparison.Ordinal) && line.Contains("done", StringComparison.Ordinal));
            return count is null ? 0 : long.Parse(count.Split(' ')[1], CultureInfo.InvariantCulture);
        }
        catch (HttpRequestException)
        {
            return 0;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _service.Kill();
        await _service.WaitForExitAsync();
        _service.Dispose();
        _client.Dispose();
        await _sidecar.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);
}
