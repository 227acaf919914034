using System.Runtime.InteropServices;

namespace StocksDapr.Sidecar.Running.Processes;

/// <summary>The signals that the runner sends. Their numbers are the same on Linux and macOS.</summary>
internal enum UnixSignal
{
    /// <summary>Only asks whether the process is there.</summary>
    None = 0,
    Interrupt = 2,
    Kill = 9,
    Terminate = 15,
}

internal static class UnixSignals
{
    private const int NotPermitted = 1;

    /// <summary>
    /// Sends a signal to a process, or with a negative number to a whole process group. True when there was someone to send it to
    /// (somebody else's process counts: it is there, although it cannot be signalled).
    /// </summary>
    public static bool Send(int processId, UnixSignal signal) =>
        Kill(processId, (int)signal) == 0 || Marshal.GetLastPInvokeError() == NotPermitted;

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int processId, int signal);

    /// <summary>The effective user of this process; 0 is root.</summary>
    public static bool RunsAsRoot => !OperatingSystem.IsWindows() && EffectiveUser() == 0;

    [DllImport("libc", EntryPoint = "geteuid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern uint EffectiveUser();
}
