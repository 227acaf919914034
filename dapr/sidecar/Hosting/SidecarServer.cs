using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace StocksDapr.Sidecar.Hosting;

/// <summary>
/// The HTTP server of one sidecar: Kestrel without the generic host, so that a dozen of them in one process cost little. HTTP/1.1 and cleartext
/// HTTP/2 are served on the same port, on both loopback addresses, because SDKs connect to <c>localhost</c>.
/// </summary>
internal sealed class SidecarServer : IAsyncDisposable
{
    private const int HeaderSlack = 4 * 1024;
    private static readonly TimeSpan HeaderTimeout = TimeSpan.FromSeconds(10);

    private readonly KestrelServer _server;
    private readonly ServiceProvider _services;
    private readonly LoopbackSockets _sockets;

    public SidecarServer(SidecarOptions options, ILoggerFactory loggers)
    {
        _sockets = LoopbackSockets.Bind(options.HttpPort);
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

    /// <summary>Sockets bound to the same port of 127.0.0.1 and, where it exists, ::1.</summary>
    private sealed class LoopbackSockets : IDisposable
    {
        private const int Attempts = 20;

        private readonly Dictionary<EndPoint, Socket> _bound = [];

        public int Port { get; private init; }

        public IReadOnlyList<IPEndPoint> EndPoints { get; private init; } = [];

        /// <param name="port">Port; 0 = any that is free on both addresses.</param>
        public static LoopbackSockets Bind(int port)
        {
            for (var attempt = 1; ; attempt++)
            {
                try
                {
                    return BindBoth(port);
                }
                catch (SocketException inUse) when (inUse.SocketErrorCode == SocketError.AddressAlreadyInUse)
                {
                    if (port != 0 || attempt == Attempts)
                        throw new SidecarStartException($"port {port} is in use; choose another HTTP port for this sidecar or stop the program that holds it", inUse);
                }
            }
        }

        public Socket Take(EndPoint endPoint) =>
            _bound.Remove(endPoint, out var socket) ? socket : throw new InvalidOperationException($"{endPoint} is not bound");

        public void Dispose()
        {
            foreach (var socket in _bound.Values) socket.Dispose();
            _bound.Clear();
        }

        private static LoopbackSockets BindBoth(int port)
        {
            var first = BindOne(new IPEndPoint(IPAddress.Loopback, port));
            var bound = (IPEndPoint)first.LocalEndPoint!;
            var sockets = new LoopbackSockets { Port = bound.Port, EndPoints = Socket.OSSupportsIPv6 ? [bound, new(IPAddress.IPv6Loopback, bound.Port)] : [bound] };
            sockets._bound[bound] = first;
            try
            {
                foreach (var other in sockets.EndPoints.Skip(1)) sockets._bound[other] = BindOne(other);
                return sockets;
            }
            catch (SocketException noAddress) when (noAddress.SocketErrorCode is SocketError.AddressNotAvailable or SocketError.AddressFamilyNotSupported)
            {
                return new LoopbackSockets { Port = bound.Port, EndPoints = [bound] }.With(bound, first);
            }
            catch (SocketException)
            {
                sockets.Dispose();
                throw;
            }
        }

        private LoopbackSockets With(EndPoint endPoint, Socket socket)
        {
            _bound[endPoint] = socket;
            return this;
        }

        private static Socket BindOne(IPEndPoint endPoint)
        {
            var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                if (endPoint.AddressFamily == AddressFamily.InterNetworkV6) socket.DualMode = false;
                socket.Bind(endPoint);
                return socket;
            }
            catch (SocketException)
            {
                socket.Dispose();
                throw;
            }
        }
    }
}
