using System.ComponentModel;

namespace StocksDapr.Sidecar.Running.Processes;

/// <summary>What a tool that ran to its end left behind.</summary>
/// <param name="ExitCode">0 when all went well.</param>
/// <param name="Output">Standard output and standard error, in the order in which they came.</param>
internal sealed record ToolResult(int ExitCode, string Output)
{
    public bool Succeeded => ExitCode == 0;
}

/// <summary>Runs the system's tools (initdb, npm, lsof, …) to their end.</summary>
internal static class Tool
{
    /// <summary>Runs a tool; exit code 127 when it does not exist. A cancelled run is killed.</summary>
    public static async Task<ToolResult> RunAsync(
        IReadOnlyList<string> command, CancellationToken cancellationToken, string? account = null, string? directory = null)
    {
        var lines = new List<string>();
        ChildProcess process;
        try
        {
            process = await ChildProcess.StartAsync(new ChildProcessStart
            {
                Command = command,
                Account = account,
                WorkingDirectory = directory,
                OnLine = line =>
                {
                    lock (lines)
                        lines.Add(line);
                },
            });
        }
        catch (Win32Exception exception)
        {
            return new ToolResult(127, exception.Message);
        }

        await using (process)
        {
            var exitCode = await process.Exited.WaitAsync(cancellationToken);
            lock (lines)
                return new ToolResult(exitCode, string.Join('\n', lines));
        }
    }

    /// <summary>The full path of a program in PATH, or null.</summary>
    public static string? Find(string name)
    {
        var names = OperatingSystem.IsWindows() ? new[] { name + ".exe", name + ".cmd" } : [name];
        return (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .SelectMany(folder => names.Select(file => Path.Combine(folder, file)))
            .FirstOrDefault(File.Exists);
    }
}
