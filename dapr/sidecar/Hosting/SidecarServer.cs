using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace StocksDapr.Sidecar.Hosting;

/// <summary>
/// The HTTP server of one sidecar: Kestrel without the generic host, so that a dozen of them in one process cost little. HTTP/1.1 and cleartext
/// HTTP/2 are served on the same port, on both loopback addresses by default, because SDKs connect to <c>localhost</c>.
/// </summary>
internal sealed class SidecarServer : IAsyncDisposable
{
    private const int HeaderSlack = 4 * 1024;
    private static readonly TimeSpan HeaderTimeout = TimeSpan.FromSeconds(10);

    private readonly KestrelServer _server;
    private readonly ServiceProvider _services;
    private readonly ListenSockets _sockets;

    /// <param name="options">Limits, and where to listen.</param>
    /// <param name="loggers">Kestrel's log.</param>
    /// <param name="what">What the port is for, for messages.</param>
    /// <exception cref="SidecarStartException">The port is taken.</exception>
    public SidecarServer(SidecarOptions options, ILoggerFactory loggers, string what = "HTTP")
    {
        _sockets = ListenSockets.Bind(options.ListenAddresses, options.HttpPort, what);
        _services = new ServiceCollection().AddSingleton(loggers).BuildServiceProvider();
        var kestrel = new KestrelServerOptions { ApplicationServices = _services, AddServerHeader = false, AllowAlternateSchemes = true };
        Configure(kestrel, options);
        foreach (var endPoint in _sockets.EndPoints) kestrel.Listen(endPoint, UseBothVersions);
        var transport = new SocketTransportOptions { CreateBoundListenSocket = _sockets.Take, NoDelay = true };
        _server = new KestrelServer(Options.Create(kestrel), new SocketTransportFactory(Options.Create(transport), loggers), loggers);
    }

    public int Port => _sockets.Port;

    public Task StartAsync(RequestDelegate handler, CancellationToken cancellationToken) =>
        _server.StartAsync(new SidecarHttpApplication(handler), cancellationToken);

    /// <summary>Closes the port at once and waits for the requests under way; cancellation cuts them off.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => _server.StopAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        _server.Dispose();
        _sockets.Dispose();
        await _services.DisposeAsync();
    }

    private static void UseBothVersions(ListenOptions listen)
    {
        listen.Protocols = HttpProtocols.Http1AndHttp2;
        listen.Use(next => connection => Http2Preface.ServeAsync(connection, next, HeaderTimeout));
    }

    private static void Configure(KestrelServerOptions kestrel, SidecarOptions options)
    {
        var headerBytes = options.ReadBufferSize + HeaderSlack;
        var limits = kestrel.Limits;
        limits.MaxRequestHeadersTotalSize = headerBytes;
        limits.MaxRequestLineSize = headerBytes;
        limits.MaxRequestHeaderCount = 1_000;
        limits.MaxRequestBufferSize = Math.Max(limits.MaxRequestBufferSize ?? 0, 2L * headerBytes);
        limits.RequestHeadersTimeout = HeaderTimeout;

        // Limits on bodies are the handlers' business; a stream may be as slow as it likes, and a kept-alive connection is never closed under a client.
        limits.MaxRequestBodySize = null;
        limits.MinRequestBodyDataRate = null;
        limits.MinResponseDataRate = null;
        limits.KeepAliveTimeout = TimeSpan.FromDays(1);
        limits.Http2.MaxStreamsPerConnection = 1_000;
        limits.Http2.MaxRequestHeaderFieldSize = headerBytes;
        limits.Http2.InitialConnectionWindowSize = 4 * 1024 * 1024;
        limits.Http2.InitialStreamWindowSize = 1024 * 1024;

        // Header values are passed on byte for byte.
        kestrel.RequestHeaderEncodingSelector = static _ => Encoding.Latin1;
        kestrel.ResponseHeaderEncodingSelector = static _ => Encoding.Latin1;
    }
}
