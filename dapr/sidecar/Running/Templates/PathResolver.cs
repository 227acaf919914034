namespace StocksDapr.Sidecar.Running.Templates;

/// <summary>Which folders and files the template means, in the Dapr CLI's order of precedence. Collects what does not exist.</summary>
internal sealed class PathResolver(string templateFolder, string homeFolder, List<string> problems)
{
    /// <summary>Resolves against a folder; <c>~</c> is the home folder.</summary>
    public string Absolute(string path, string against)
    {
        if (path == "~" || path.StartsWith("~/", StringComparison.Ordinal))
            path = homeFolder + path[1..];
        return Path.GetFullPath(Path.Combine(against, path));
    }

    /// <summary>The application's own folders, else its <c>.dapr/resources</c>, else the common ones, else those of the Dapr installation.</summary>
    public IReadOnlyList<string> Resources(AppSettings app, string appFolder, SharedSettings common, string where)
    {
        if (Listed(app) is { Count: > 0 } own)
            return [.. own.Select(path => Existing(Absolute(path, appFolder), $"{where}: resourcesPaths"))];
        var beside = Path.Combine(appFolder, ".dapr", "resources");
        if (Directory.Exists(beside))
            return [beside];
        if (Listed(common) is { Count: > 0 } shared)
            return [.. shared.Select(path => Existing(Absolute(path, templateFolder), "common: resourcesPaths"))];
        var installed = Path.Combine(InstallFolder(app, appFolder, common), "components");
        return Directory.Exists(installed) ? [installed] : [];
    }

    /// <summary>The application's own file, else its <c>.dapr/config.yaml</c>, else the common one, else that of the Dapr installation.</summary>
    public string? Configuration(AppSettings app, string appFolder, SharedSettings common, string where)
    {
        if (!string.IsNullOrEmpty(app.ConfigFilePath))
            return Existing(Absolute(app.ConfigFilePath, appFolder), $"{where}: configFilePath");
        var beside = Path.Combine(appFolder, ".dapr", "config.yaml");
        if (File.Exists(beside))
            return beside;
        if (!string.IsNullOrEmpty(common.ConfigFilePath))
            return Existing(Absolute(common.ConfigFilePath, templateFolder), "common: configFilePath");
        var installed = Path.Combine(InstallFolder(app, appFolder, common), "config.yaml");
        return File.Exists(installed) ? installed : null;
    }

    /// <summary>The folder <c>.dapr</c> of the Dapr installation; its <c>bin</c> holds daprd.</summary>
    public string InstallFolder(SharedSettings app, string appFolder, SharedSettings common)
    {
        var parent = !string.IsNullOrEmpty(app.RuntimePath) ? Absolute(app.RuntimePath, appFolder)
            : !string.IsNullOrEmpty(common.RuntimePath) ? Absolute(common.RuntimePath, templateFolder)
            : Environment.GetEnvironmentVariable("DAPR_RUNTIME_PATH") is { Length: > 0 } named ? Absolute(named, templateFolder)
            : homeFolder;
        return Path.Combine(parent, ".dapr");
    }

    private static List<string> Listed(SharedSettings settings) =>
        [.. settings.ResourcesPaths ?? [], .. string.IsNullOrEmpty(settings.ResourcesPath) ? Array.Empty<string>() : [settings.ResourcesPath]];

    private string Existing(string path, string where)
    {
        if (!Path.Exists(path))
            problems.Add($"{where}: {path} does not exist");
        return path;
    }
}
