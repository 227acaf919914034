namespace StocksDapr.Support;

/// <summary>
/// A temporary folder that other accounts may enter. Those that .NET makes are their owner's alone, so that under root the
/// database's account could not reach its cluster there, which would then be made, and left behind, below /var/lib.
/// </summary>
public static class ReachableFolder
{
    public static string Create(string prefix)
    {
        var folder = Directory.CreateTempSubdirectory(prefix).FullName;
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(
                folder,
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
                | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        }

        return folder;
    }
}
