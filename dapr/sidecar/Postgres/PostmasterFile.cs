using System.Globalization;
using StocksDapr.Sidecar.Running.Processes;

namespace StocksDapr.Sidecar.Postgres;

/// <summary>What <c>postmaster.pid</c> in a data folder says about the server that runs on it.</summary>
/// <param name="Pid">The postmaster's process number.</param>
/// <param name="Port">The TCP port.</param>
/// <param name="Status"><c>starting</c>, <c>ready</c>, <c>stopping</c> or <c>standby</c>.</param>
internal sealed record PostmasterFile(int Pid, int Port, string Status)
{
    public static string PathIn(string dataFolder) => Path.Combine(dataFolder, "postmaster.pid");

    /// <summary>
    /// The server that runs on the data folder, or null. A file that a killed server left behind is taken away when its process number
    /// belongs to something else by now: PostgreSQL itself would refuse to start then.
    /// </summary>
    public static PostmasterFile? ReadRunning(string dataFolder)
    {
        var path = PathIn(dataFolder);
        string[] lines;
        try
        {
            lines = File.ReadAllLines(path);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }

        if (lines.Length < 4
            || !int.TryParse(lines[0], NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
            || !int.TryParse(lines[3], NumberStyles.None, CultureInfo.InvariantCulture, out var port))
        {
            return null;
        }

        if (ProcessIdentity.NameOf(pid)?.StartsWith("postgres", StringComparison.OrdinalIgnoreCase) == true && ProcessIdentity.Of(pid) is not null)
            return new PostmasterFile(pid, port, lines.Length > 7 ? lines[7].Trim() : "starting");
        File.Delete(path);
        return null;
    }
}
