using System.Globalization;

namespace StocksDapr.Sidecar.Running.Ports;

/// <summary>Reads from <c>/proc</c> which process listens on a port: the kernel's socket table names an inode, and a process' open files name theirs.</summary>
internal static class LinuxSockets
{
    private const string Listening = "0A";
    private static readonly string[] Tables = ["/proc/net/tcp", "/proc/net/tcp6"];

    /// <summary>The process number, or null when no process that we may look into has the socket.</summary>
    public static int? ListenerOf(int port)
    {
        var inodes = Tables.Where(File.Exists).SelectMany(File.ReadLines)
            .Select(line => InodeOf(line, port)).OfType<string>().Select(inode => $"socket:[{inode}]").ToHashSet();
        if (inodes.Count == 0)
            return null;
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && Holds(folder, inodes))
                return pid;
        }

        return null;
    }

    /// <summary>The inode of a line of the socket table when it is a listener on the port: <c>sl local_address rem_address st … inode</c>.</summary>
    internal static string? InodeOf(string line, int port)
    {
        var columns = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (columns.Length < 10 || columns[3] != Listening)
            return null;
        var local = columns[1];
        return int.TryParse(local.AsSpan(local.IndexOf(':') + 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var listened) && listened == port
            ? columns[9]
            : null;
    }

    private static bool Holds(string processFolder, HashSet<string> inodes)
    {
        try
        {
            return Directory.EnumerateFileSystemEntries(Path.Combine(processFolder, "fd"))
                .Any(file => File.ResolveLinkTarget(file, returnFinalTarget: false) is { } target && inodes.Contains(Path.GetFileName(target.FullName)));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It ended meanwhile, or it is another user's.
            return false;
        }
    }
}
