using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using StocksDapr.Sidecar.Hosting;

namespace StocksDapr.Sidecar;

/// <summary>A real application on a port of its own with its sidecar, for tests of behaviour: <c>await using var app = await RunningApp.StartAsync(…)</c>.</summary>
internal sealed class RunningApp : IAsyncDisposable
{
    public const string Bus = """
        apiVersion: dapr.io/v1alpha1
        kind: Component
        metadata: {name: bus}
        spec: {type: pubsub.in-memory, version: v1}
        """;

    public const string ParallelBus = """
        apiVersion: dapr.io/v1alpha1
        kind: Component
        metadata: {name: bus}
        spec:
          type: pubsub.in-memory
          version: v1
          metadata: [{name: maxInFlight, value: "16"}]
        """;

    private readonly TemporaryFolder _folder = new();
    private readonly RequestDelegate _handler;
    private WebApplication? _app;

    private RunningApp(RequestDelegate handler) => _handler = handler;

    public int AppPort { get; private set; }

    public VirtualSidecar Sidecar { get; private set; } = null!;

    public HttpClient Client { get; private set; } = null!;

    /// <param name="handler">The application; null = the sidecar has none.</param>
    /// <param name="resources">YAML of the resources folder, one text for each file.</param>
    /// <param name="mesh">The run; default: one of its own.</param>
    /// <param name="options">Changes the sidecar's options.</param>
    /// <param name="time">The sidecar's clock.</param>
    /// <param name="loggers">Where it logs; default: nowhere.</param>
    public static async Task<RunningApp> StartAsync(
        RequestDelegate? handler, string[]? resources = null, SidecarMesh? mesh = null, Func<SidecarOptions, SidecarOptions>? options = null, TimeProvider? time = null,
        ILoggerFactory? loggers = null)
    {
        var running = new RunningApp(handler ?? (_ => Task.CompletedTask));
        if (handler is not null) await running.ListenAsync();
        foreach (var (yaml, index) in (resources ?? []).Select((yaml, index) => (yaml, index))) running._folder.Write($"{index}.yaml", yaml);
        var standard = new SidecarOptions { AppId = "tester", AppPort = handler is null ? null : running.AppPort, ResourcesPaths = [running._folder.Path], WorkingDirectory = running._folder.Path };
        running.Sidecar = new VirtualSidecar(options?.Invoke(standard) ?? standard, mesh ?? new SidecarMesh(), loggers ?? NullLoggerFactory.Instance, time);
        await running.Sidecar.StartAsync(CancellationToken.None);
        running.Client = new HttpClient { BaseAddress = new Uri($"http://localhost:{running.Sidecar.HttpPort}"), Timeout = TimeSpan.FromSeconds(30) };
        await running.Sidecar.WhenReady.WaitAsync(TimeSpan.FromSeconds(20));
        return running;
    }

    /// <summary>Starts to listen, on the same port after <see cref="CrashAsync"/>.</summary>
    public async Task ListenAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Listen(IPAddress.Loopback, AppPort);
        });
        _app = builder.Build();
        _app.Run(_handler);
        await _app.StartAsync();
        AppPort = new Uri(_app.Urls.Single()).Port;
    }

    /// <summary>The application is gone, with everything that it was doing.</summary>
    public async Task CrashAsync()
    {
        await _app!.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
        _app = null;
    }

    public async ValueTask DisposeAsync()
    {
        Client?.Dispose();
        if (Sidecar is not null) await Sidecar.DisposeAsync();
        if (_app is not null) await CrashAsync();
        _folder.Dispose();
    }
}
