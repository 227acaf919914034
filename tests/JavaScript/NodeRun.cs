using System.Diagnostics;
using System.Text.RegularExpressions;
using StocksDapr.Support;

namespace StocksDapr.JavaScript;

/// <summary>Installs the SDK as the lock file says, once, and runs all tests with Node.js' own runner.</summary>
public sealed partial class NodeRun : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    private readonly Dictionary<string, string?> _problems = new(StringComparer.Ordinal);
    private string _output = "";

    /// <summary>The tests' own folder, a copy in the build's output.</summary>
    public static string Folder => AppContext.BaseDirectory;

    public async Task InitializeAsync()
    {
        if (!IsInstalled())
        {
            var (code, output) = await RunAsync("npm", ["ci", "--no-audit", "--no-fund", "--ignore-scripts"]);
            if (code != 0) throw new InvalidOperationException($"npm ci ended with {code}:\n{output}");
        }

        string[] files = [.. Directory.GetFiles(Folder, "*.test.mjs").Select(file => Path.GetFileName(file))];
        (_, _output) = await RunAsync("node", ["--test", "--test-reporter=tap", .. files]);
        foreach (var result in Results().Split(_output).Skip(1))
        {
            if (FirstLine().Match(result) is { Success: true } line) _problems[line.Groups["name"].Value] = line.Groups["not"].Success ? result : null;
        }
    }

    public Task DisposeAsync() => Task.CompletedTask;

    /// <summary>What went wrong in a test; null when it passed.</summary>
    public string? ProblemOf(string name) => _problems.TryGetValue(name, out var problem) ? problem : $"the test did not run:\n{_output}";

    private static bool IsInstalled()
    {
        var installed = new FileInfo(Path.Combine(Folder, "node_modules", ".package-lock.json"));
        return installed.Exists && installed.LastWriteTimeUtc >= File.GetLastWriteTimeUtc(Path.Combine(Folder, "package-lock.json"));
    }

    private static async Task<(int Code, string Output)> RunAsync(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = Folder, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.Environment["STOCKS_SIDECAR"] = SidecarProcess.DevelopmentSidecar[^1];
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        using var limit = new CancellationTokenSource(Limit);
        await process.WaitForExitAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!process.HasExited) process.Kill(entireProcessTree: true);
        return (process.HasExited ? process.ExitCode : -1, await output + await errors);
    }

    [GeneratedRegex("^(?=(?:not )?ok \\d+ - )", RegexOptions.Multiline)]
    private static partial Regex Results();

    [GeneratedRegex("^(?<not>not )?ok \\d+ - (?<name>[^\\n]+)")]
    private static partial Regex FirstLine();
}
