using System.Globalization;
using System.Net;
using System.Net.Sockets;
using StocksDapr.Sidecar.Running.Processes;

namespace StocksDapr.Sidecar.Running.Ports;

/// <summary>Who listens on a port.</summary>
/// <param name="Pid">The process; null when it is not ours to see (another user's).</param>
/// <param name="Name">Its name.</param>
internal sealed record PortHolder(int? Pid, string? Name)
{
    public override string ToString() => Pid is { } pid
        ? string.Create(CultureInfo.InvariantCulture, $"{Name ?? "a process"} (pid {pid})")
        : "another user's process";

    /// <summary>Whether nothing listens on the port of the loopback interface, so that a service of ours can.</summary>
    public static bool IsFree(int port)
    {
        try
        {
            using var probe = new TcpListener(IPAddress.Loopback, port);
            probe.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>Finds out who listens on a TCP port of this machine.</summary>
    public static async Task<PortHolder> FindAsync(int port, CancellationToken cancellationToken)
    {
        if (OperatingSystem.IsLinux())
            return Known(LinuxSockets.ListenerOf(port));
        if (OperatingSystem.IsWindows())
            return Known(FromNetstat((await Tool.RunAsync(["netstat", "-ano", "-p", "TCP"], cancellationToken)).Output, port));
        var listed = await Tool.RunAsync(["lsof", "-nP", $"-iTCP:{port}", "-sTCP:LISTEN", "-Fp"], cancellationToken);
        var line = listed.Output.Split('\n').FirstOrDefault(line => line.StartsWith('p'));
        return Known(int.TryParse(line?[1..], NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? pid : null);
    }

    /// <summary>The process that listens on the port, by the output of <c>netstat -ano</c>.</summary>
    internal static int? FromNetstat(string output, int port)
    {
        foreach (var line in output.Split('\n'))
        {
            var columns = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (columns is ["TCP", var local, _, "LISTENING", var pid, ..]
                && local.EndsWith(string.Create(CultureInfo.InvariantCulture, $":{port}"), StringComparison.Ordinal)
                && int.TryParse(pid, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                return number;
            }
        }

        return null;
    }

    private static PortHolder Known(int? pid) => new(pid, pid is { } number ? ProcessIdentity.NameOf(number) : null);
}
