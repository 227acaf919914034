using System.Diagnostics;
using System.Globalization;
using StocksDapr.Support;
using StocksDapr.Support.Platform;

namespace StocksDapr.EndToEnd.Runs;

/// <summary>A second replica of a service: a process of its own with a sidecar of its own, beside a run, on its broker and its state store.</summary>
internal sealed class Replica : IAsyncDisposable
{
    private readonly DirectoryInfo _folder;
    private readonly SidecarProcess _sidecar;
    private readonly Process _service;

    /// <param name="platform">The run.</param>
    /// <param name="service">Its name, such as <c>Collector</c>.</param>
    private Replica(RunsPlatform platform, string service)
    {
        var appId = service.ToLowerInvariant();
        _folder = Directory.CreateTempSubdirectory($"stocks-{appId}-");
        var (http, grpc, app) = (FreePorts.Next(), FreePorts.Next(), FreePorts.Next());
        var environment = new Dictionary<string, string>(platform.Environment) { ["STOCKS_POSTGRES_URL"] = platform.Environment["STOCKS_POSTGRES"] };
        _sidecar = SidecarProcess.Start(
            SidecarProcess.DevelopmentSidecar, http,
            ["--app-id", appId, "--app-port", Text(app), "--dapr-grpc-port", Text(grpc), "--resources-path", Path.Combine(StocksCommand.Root, "components", "rabbitmq")],
            environment, _folder.FullName);

        var start = new ProcessStartInfo("dotnet", [Path.Combine(StocksCommand.Root, "artifacts", "bin", service, "release", $"StocksDapr.{service}.dll")])
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
        Client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{app}") };
    }

    /// <summary>A client of the service itself.</summary>
    public HttpClient Client { get; }

    /// <summary>Starts it; its sidecar is there then, the service is on its way.</summary>
    public static async Task<Replica> StartAsync(RunsPlatform platform, string service)
    {
        var replica = new Replica(platform, service);
        await replica._sidecar.WaitAsync();
        return replica;
    }

    /// <summary>Whether the service answers.</summary>
    public async Task<bool> IsThereAsync()
    {
        try
        {
            using var answer = await Client.GetAsync(new Uri("/healthz", UriKind.Relative));
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _service.Kill();
        await _service.WaitForExitAsync();
        _service.Dispose();
        Client.Dispose();
        await _sidecar.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);
}
