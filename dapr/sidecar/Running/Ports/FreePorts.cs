using System.Net;
using System.Net.Sockets;

namespace StocksDapr.Sidecar.Running.Ports;

/// <summary>
/// Ports for programs that must be told theirs before they start. They lie below those that the operating system gives to connections (from 32768
/// on Linux, 49152 elsewhere). Among those, a port would be lost while its program is started again: somebody's connection takes it, or a client that
/// keeps trying to reach the program gets that very port as its own end and is then connected to itself, which TCP allows.
/// </summary>
internal static class FreePorts
{
    private const int First = 12_000;
    private const int Count = 18_000;

    private static int _last = Random.Shared.Next(Count);

    /// <summary>A port that nobody listens on, another one each time.</summary>
    public static int Next()
    {
        while (true)
        {
            var port = First + (int)((uint)Interlocked.Increment(ref _last) % Count);
            if (IsFree(IPAddress.Loopback, port) && (!Socket.OSSupportsIPv6 || IsFree(IPAddress.IPv6Loopback, port)))
                return port;
        }
    }

    /// <summary>Whether a port lies among those given here.</summary>
    public static bool Covers(int port) => port is >= First and < First + Count;

    private static bool IsFree(IPAddress address, int port)
    {
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(address, port));
            return true;
        }
        catch (SocketException taken) when (taken.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
        {
            return false;
        }
        catch (SocketException absent) when (absent.SocketErrorCode is SocketError.AddressNotAvailable)
        {
            return true;
        }
    }
}
