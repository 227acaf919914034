using System.Text.Json;
using StocksDapr.Sidecar.Running.Processes;
using StocksDapr.Sidecar.Running.Templates;

namespace StocksDapr.Sidecar.Running.Builds;

/// <summary>The applications could not be built. The message holds the compiler's errors.</summary>
internal sealed class BuildException(string message) : RunFailedException(message);

/// <summary>
/// Builds the applications of a run, when their sources are newer than the last build. Asking MSBuild whether there is something to do would
/// take seconds each time; comparing times takes milliseconds.
/// </summary>
/// <param name="plan">The run. An application is built when its folder holds a project of the solution beside the template.</param>
/// <param name="report">Told what is built.</param>
internal sealed class AppBuild(RunPlan plan, Action<string> report)
{
    private const int ErrorLines = 40;

    private string Solution => Path.Combine(plan.Directory, "StocksDapr.sln");

    private string Artifacts => Path.Combine(plan.Directory, "artifacts");

    private string Stamp => Path.Combine(Artifacts, "stocks", "apps.stamp");

    /// <exception cref="BuildException">The compiler found errors, or there is no SDK.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var projects = Projects();
        if (projects.Count == 0 || !IsNeeded())
            return;

        report($"building {string.Join(", ", projects.Select(Path.GetFileNameWithoutExtension))}");
        Directory.CreateDirectory(Path.GetDirectoryName(Stamp)!);
        // Taken before: a file that is saved while the compiler runs is built the next time.
        var unfinished = Stamp + ".new";
        await File.WriteAllTextAsync(unfinished, "", cancellationToken);
        var filter = await WriteFilterAsync(projects, cancellationToken);
        var build = await Tool.RunAsync(
            ["dotnet", "build", filter, "--configuration", "Release", "--verbosity", "quiet", "--nologo", "-nodeReuse:false"],
            cancellationToken, directory: plan.Directory);
        if (!build.Succeeded)
            throw new BuildException($"The applications could not be built:\n{Errors(build.Output)}");
        File.Move(unfinished, Stamp, overwrite: true);
    }

    /// <summary>Whether a source, or a folder of sources (something was added or taken away), is newer than the last build.</summary>
    internal bool IsNeeded()
    {
        if (!File.Exists(Stamp) || plan.Apps.Any(app => Outputs(app).Any(output => !File.Exists(output))))
            return true;
        var built = File.GetLastWriteTimeUtc(Stamp);
        var folders = plan.Apps.Select(app => app.Directory)
            .Concat(["services", "gateway", Path.Combine("dapr", "sdk")])
            .Select(folder => Path.GetFullPath(Path.Combine(plan.Directory, folder)))
            .Where(Directory.Exists).Distinct();
        var shared = Directory.EnumerateFiles(plan.Directory).Where(file => Path.GetExtension(file) is ".props" or ".targets" or ".json" or ".txt" or ".editorconfig");
        return shared.Any(file => File.GetLastWriteTimeUtc(file) > built) || folders.Any(folder => HasNewer(folder, built));
    }

    private List<string> Projects() =>
        File.Exists(Solution)
            ? [.. plan.Apps.SelectMany(app => Directory.EnumerateFiles(app.Directory, "*.csproj")).Distinct()]
            : [];

    /// <summary>The assemblies that the application's command runs.</summary>
    private static IEnumerable<string> Outputs(AppPlan app) =>
        app.Command.Where(argument => argument.EndsWith(".dll", StringComparison.Ordinal)).Select(argument => Path.GetFullPath(Path.Combine(app.Directory, argument)));

    private static bool HasNewer(string folder, DateTime built)
    {
        var name = Path.GetFileName(folder);
        if (name is "bin" or "obj" or "artifacts" or "node_modules" || name.StartsWith('.'))
            return false;
        return Directory.GetLastWriteTimeUtc(folder) > built
            || Directory.EnumerateFiles(folder).Any(file => File.GetLastWriteTimeUtc(file) > built)
            || Directory.EnumerateDirectories(folder).Any(inner => HasNewer(inner, built));
    }

    private async Task<string> WriteFilterAsync(List<string> projects, CancellationToken cancellationToken)
    {
        var filter = Path.Combine(Path.GetDirectoryName(Stamp)!, "apps.slnf");
        var content = new
        {
            solution = new
            {
                path = Path.GetRelativePath(Path.GetDirectoryName(filter)!, Solution),
                // As the solution spells them.
                projects = projects.Select(project => Path.GetRelativePath(plan.Directory, project).Replace('/', '\\')),
            },
        };
        await File.WriteAllTextAsync(filter, JsonSerializer.Serialize(content), cancellationToken);
        return filter;
    }

    private static string Errors(string output)
    {
        var lines = output.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0).Distinct().ToList();
        var errors = lines.Where(line => line.Contains("error", StringComparison.OrdinalIgnoreCase)).Take(ErrorLines).ToList();
        return string.Join('\n', errors.Count > 0 ? errors : lines.TakeLast(ErrorLines));
    }
}
