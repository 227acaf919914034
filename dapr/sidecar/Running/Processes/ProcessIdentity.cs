using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Serialization;

namespace StocksDapr.Sidecar.Running.Processes;

/// <summary>
/// A process as it can be recognised later, even by another process: its number and a mark of when it began, since numbers are
/// used again. The mark is opaque; on Linux it is the boot's id and the start in ticks since the boot.
/// </summary>
/// <param name="Pid">The number that the operating system gave it.</param>
/// <param name="Began">The mark of its start.</param>
internal sealed record ProcessIdentity(int Pid, string Began)
{
    // First of the static members: Current needs it.
    private static readonly string BootId = OperatingSystem.IsLinux() && File.Exists("/proc/sys/kernel/random/boot_id")
        ? File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim()
        : "";

    /// <summary>The identity of a running process, or null when no such process runs (a zombie does not).</summary>
    public static ProcessIdentity? Of(int pid) => Mark(pid) is { } began ? new ProcessIdentity(pid, began) : null;

    public static ProcessIdentity Current { get; } = Of(Environment.ProcessId) ?? new ProcessIdentity(Environment.ProcessId, "");

    /// <summary>Whether this very process still runs.</summary>
    [JsonIgnore]
    public bool IsAlive => Mark(Pid) == Began;

    /// <summary>The process' command name, for messages; null when unknown.</summary>
    public static string? NameOf(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            return process.ProcessName;
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException or Win32Exception)
        {
            return null;
        }
    }

    private static string? Mark(int pid)
    {
        if (OperatingSystem.IsLinux())
            return LinuxMark(pid);
        try
        {
            using var process = Process.GetProcessById(pid);
            return process.HasExited ? null : process.StartTime.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture);
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException or Win32Exception)
        {
            return null;
        }
    }

    private static string? LinuxMark(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            // The second field is the command in parentheses and may hold blanks and parentheses itself.
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is "Z" or "X" ? null : $"{BootId}:{fields[19]}";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
