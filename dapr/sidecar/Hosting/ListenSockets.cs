using System.Net;
using System.Net.Sockets;

namespace StocksDapr.Sidecar.Hosting;

/// <summary>Sockets bound to one port of several addresses; 127.0.0.1 and, where it exists, ::1 when none are named.</summary>
internal sealed class ListenSockets : IDisposable
{
    private const int Attempts = 20;
    private static readonly IPAddress[] ThisMachine = Socket.OSSupportsIPv6 ? [IPAddress.Loopback, IPAddress.IPv6Loopback] : [IPAddress.Loopback];

    private readonly Dictionary<EndPoint, Socket> _bound = [];
    private readonly List<IPEndPoint> _endPoints = [];

    public int Port { get; private set; }

    public IReadOnlyList<IPEndPoint> EndPoints => _endPoints;

    /// <param name="addresses">IP addresses as <c>--dapr-listen-addresses</c> takes them, or <c>localhost</c>; an empty text is every address. One that this machine does not have is left out.</param>
    /// <param name="port">Port; 0 = any that is free on all of them.</param>
    /// <param name="what">What is served there, for the message.</param>
    /// <exception cref="SidecarStartException">The port is taken, or there is no such address.</exception>
    public static ListenSockets Bind(IReadOnlyList<string> addresses, int port, string what)
    {
        var parsed = addresses.Count == 0 ? ThisMachine : [.. addresses.SelectMany(Parse).Distinct()];
        for (var attempt = 1; ; attempt++)
        {
            var sockets = new ListenSockets { Port = port };
            try
            {
                foreach (var address in parsed) sockets.TryAdd(address);
                if (sockets._endPoints.Count > 0) return sockets;
                throw new SidecarStartException($"could not listen on any endpoint for {what}: this machine has none of the addresses {string.Join(", ", addresses)}");
            }
            catch (SocketException inUse) when (inUse.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                sockets.Dispose();
                if (port != 0 || attempt == Attempts)
                    throw new SidecarStartException($"port {port} is in use; choose another {what} port for this sidecar or stop the program that holds it", inUse);
            }
            catch (SocketException refused)
            {
                sockets.Dispose();
                throw new SidecarStartException($"port {port} cannot be used for {what}: {refused.Message}", refused);
            }
        }
    }

    /// <summary>The bound socket of an end point, once; its new owner frees it.</summary>
    public Socket Take(EndPoint endPoint) =>
        _bound.Remove(endPoint, out var socket) ? socket : throw new InvalidOperationException($"{endPoint} is not bound");

    public void Dispose()
    {
        foreach (var socket in _bound.Values) socket.Dispose();
        _bound.Clear();
    }

    private static IEnumerable<IPAddress> Parse(string text)
    {
        var name = text.Trim().TrimStart('[').TrimEnd(']');
        if (name.Length == 0) return [Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any];
        if (name.Equals("localhost", StringComparison.OrdinalIgnoreCase)) return ThisMachine;
        return IPAddress.TryParse(name, out var address)
            ? [address]
            : throw new SidecarStartException($"'{text}' is no address to listen on; write IP addresses such as 127.0.0.1,[::1]");
    }

    private void TryAdd(IPAddress address)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            // Every address means those of IPv4, too.
            if (address.AddressFamily == AddressFamily.InterNetworkV6) socket.DualMode = address.Equals(IPAddress.IPv6Any);
            socket.Bind(new IPEndPoint(address, Port));
        }
        catch (SocketException absent) when (absent.SocketErrorCode is SocketError.AddressNotAvailable or SocketError.AddressFamilyNotSupported)
        {
            socket.Dispose();
            return;
        }
        catch (SocketException)
        {
            socket.Dispose();
            throw;
        }

        var bound = (IPEndPoint)socket.LocalEndPoint!;
        Port = bound.Port;
        _endPoints.Add(bound);
        _bound[bound] = socket;
    }
}
