namespace StocksDapr.Sidecar.Hosting;

/// <summary>One application's sidecar: its own HTTP port, its own components, many of them in one process.</summary>
/// <example>
/// <code>
/// await using var sidecar = new VirtualSidecar(new SidecarOptions { AppId = "writer", AppPort = 5103 }, new SidecarMesh(), loggers);
/// await sidecar.StartAsync(token);
/// // http://localhost:{sidecar.HttpPort}/v1.0/healthz/outbound answers 204
/// </code>
/// </example>
public sealed class VirtualSidecar : IAsyncDisposable
{
    public VirtualSidecar(SidecarOptions options, SidecarMesh mesh, ILoggerFactory loggers, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(loggers);
        ArgumentNullException.ThrowIfNull(mesh);
        Options = options;
    }

    public SidecarOptions Options { get; }

    /// <summary>The bound port; known after <see cref="StartAsync"/>.</summary>
    public int HttpPort { get; private set; }

    /// <summary>True when everything is up, the application's port included (what <c>/v1.0/healthz</c> says).</summary>
    public bool IsReady => false;

    /// <summary>Completes when somebody asked for shutdown over HTTP, with the exit code that daprd would end with.</summary>
    public Task<int> ShutdownRequested { get; } = new TaskCompletionSource<int>().Task;

    /// <summary>
    /// Loads the components, binds the port and returns; the application is waited for in the background.
    /// </summary>
    /// <exception cref="SidecarStartException">A component or the port is not usable.</exception>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Graceful stop: no new input, what is under way is finished (at most <see cref="SidecarOptions.GracefulShutdown"/>), then everything closes.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Stops (gracefully, if that has not happened) and frees everything.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
