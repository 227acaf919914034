using System.Globalization;
using System.Net;
using System.Net.Sockets;
using StocksDapr.Sidecar.Running.Ports;

namespace StocksDapr.Sidecar.Running.Servers;

/// <summary>The port of a private server on 127.0.0.1: chosen once, kept in a file.</summary>
internal static class RememberedPort
{
    /// <summary>The port of the last run when it is free, else another one, which is remembered.</summary>
    /// <param name="file">Keeps the number.</param>
    /// <param name="owner">Who has the port, for the message: "the database".</param>
    /// <param name="report">Told when the port had to change.</param>
    public static int Choose(string file, string owner, Action<string> report)
    {
        if (File.Exists(file) && int.TryParse(File.ReadAllText(file), NumberStyles.None, CultureInfo.InvariantCulture, out var remembered))
        {
            if (PortHolder.IsFree(remembered))
                return remembered;
            report(string.Create(CultureInfo.InvariantCulture, $"port {remembered}, which {owner} had, is taken by another program: choosing a new one"));
        }

        var port = AnyFree();
        File.WriteAllText(file, port.ToString(CultureInfo.InvariantCulture));
        return port;
    }

    /// <summary>A port that nobody has at this moment.</summary>
    public static int AnyFree()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
