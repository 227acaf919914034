using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;
using StocksDapr.Sidecar.Hosting;

namespace StocksDapr.Sidecar.Workflows.TaskHub;

/// <summary>The gRPC server of one sidecar: HTTP/2 in clear text, on the addresses that the sidecar listens on.</summary>
internal sealed class GrpcServer : IAsyncDisposable
{
    private readonly KestrelServer _server;
    private readonly ServiceProvider _services;
    private readonly ListenSockets _sockets;

    public GrpcServer(SidecarOptions options, ILoggerFactory loggers)
    {
        _sockets = ListenSockets.Bind(options.ListenAddresses, options.GrpcPort ?? 0, "gRPC");
        _services = new ServiceCollection().AddSingleton(loggers).BuildServiceProvider();
        var kestrel = new KestrelServerOptions { ApplicationServices = _services, AddServerHeader = false, AllowAlternateSchemes = true };
        Configure(kestrel.Limits);
        foreach (var endPoint in _sockets.EndPoints) kestrel.Listen(endPoint, listen => listen.Protocols = HttpProtocols.Http2);
        var transport = new SocketTransportOptions { CreateBoundListenSocket = _sockets.Take, NoDelay = true };
        _server = new KestrelServer(Options.Create(kestrel), new SocketTransportFactory(Options.Create(transport), loggers), loggers);
    }

    public int Port => _sockets.Port;

    public Task StartAsync(RequestDelegate handler, CancellationToken cancellationToken) => _server.StartAsync(new SidecarHttpApplication(handler), cancellationToken);

    /// <summary>Closes the port at once and waits for the calls under way; cancellation cuts them off.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => _server.StopAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        _server.Dispose();
        _sockets.Dispose();
        await _services.DisposeAsync();
    }

    private static void Configure(KestrelServerLimits limits)
    {
        // Messages have their own limit; streams may be idle and slow for as long as they like, since pings tell whether the other side lives.
        limits.MaxRequestBodySize = null;
        limits.MinRequestBodyDataRate = null;
        limits.MinResponseDataRate = null;
        limits.KeepAliveTimeout = TimeSpan.FromDays(1);
        limits.Http2.MaxStreamsPerConnection = 10_000;
        limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(10);
        limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(10);
        limits.Http2.InitialConnectionWindowSize = 4 * 1024 * 1024;
        limits.Http2.InitialStreamWindowSize = 1024 * 1024;
    }
}
