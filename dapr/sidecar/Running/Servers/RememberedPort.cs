using System.Globalization;
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
            if (FreePorts.Covers(remembered) && PortHolder.IsFree(remembered))
                return remembered;
            var why = FreePorts.Covers(remembered) ? "is taken by another program" : "is one of those that the system gives to connections";
            report(string.Create(CultureInfo.InvariantCulture, $"port {remembered}, which {owner} had, {why}: choosing a new one"));
        }

        var port = FreePorts.Next();
        File.WriteAllText(file, port.ToString(CultureInfo.InvariantCulture));
        return port;
    }
}
