using StocksDapr.Sidecar.Running.Ports;
using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace StocksDapr.Sidecar.Running.Templates;

/// <summary>Reads a multi-app run template and settles everything that it leaves open, as <c>dapr run -f</c> does.</summary>
internal static class RunTemplateReader
{
    /// <summary>Reads the template, or <c>dapr.yaml</c> in it when a folder is given.</summary>
    /// <exception cref="RunTemplateException">It cannot be run; every problem is named.</exception>
    public static RunPlan Read(string path, RunOverrides overrides)
    {
        var file = Path.GetFullPath(Directory.Exists(path) ? Path.Combine(path, "dapr.yaml") : path);
        if (!File.Exists(file))
            throw new RunTemplateException(file, ["there is no such file"]);
        return Settle(file, Parse(file, File.ReadAllText(file)), overrides);
    }

    private static RunTemplate Parse(string file, string yaml)
    {
        try
        {
            var template = new DeserializerBuilder().IgnoreUnmatchedProperties().Build().Deserialize<RunTemplate>(yaml);
            return template ?? throw new RunTemplateException(file, ["it is empty"]);
        }
        catch (YamlException exception)
        {
            throw new RunTemplateException(file, [$"line {exception.Start.Line}: {exception.InnerException?.Message ?? exception.Message}"]);
        }
    }

    private static RunPlan Settle(string file, RunTemplate template, RunOverrides overrides)
    {
        var problems = new List<string>();
        if (template.Version == 0)
            problems.Add("version is missing: write `version: 1`");
        if (template.Apps is not { Count: > 0 })
            problems.Add("apps is missing: name at least one application");

        var folder = Path.GetDirectoryName(file)!;
        var paths = new PathResolver(folder, overrides.HomeFolder, problems);
        var common = template.Common ?? new SharedSettings();
        var apps = new List<AppPlan>();
        foreach (var (app, index) in (template.Apps ?? []).Select((app, index) => (app ?? new AppSettings(), index)))
        {
            var plan = Settle(app, index, folder, common, paths, overrides, problems);
            if (apps.Any(other => other.AppId == plan.AppId))
                problems.Add($"the application id {plan.AppId} is used twice");
            apps.Add(plan);
        }

        FindPortsUsedTwice(apps, problems);
        return problems.Count == 0
            ? new RunPlan(file, template.Name ?? Path.GetFileName(folder), apps)
            : throw new RunTemplateException(file, problems);
    }

    private static AppPlan Settle(
        AppSettings app, int index, string folder, SharedSettings common, PathResolver paths, RunOverrides overrides, List<string> problems)
    {
        var where = app.AppId is { Length: > 0 } id ? $"app {id}" : $"app number {index + 1}";
        if (string.IsNullOrEmpty(app.AppDirPath))
            problems.Add($"{where}: appDirPath is missing");
        var directory = paths.Absolute(app.AppDirPath ?? "", folder);
        if (!Directory.Exists(directory))
            problems.Add($"{where}: the folder {directory} (appDirPath) does not exist");
        var appId = string.IsNullOrEmpty(app.AppId) ? Path.GetFileName(Path.TrimEndingDirectorySeparator(directory)) : app.AppId;
        if (appId.Contains('.', StringComparison.Ordinal))
            problems.Add($"{where}: the application id {appId} must not contain dots");

        var settings = SharedSettingsMerge.Over(app, common);
        return new AppPlan
        {
            AppId = appId,
            Directory = directory,
            Command = app.Command ?? [],
            AppPort = AppPort(app, appId, overrides),
            AppChannelAddress = app.AppChannelAddress ?? "",
            AppProtocol = settings.AppProtocol ?? "http",
            HttpPort = Port(app.DaprHttpPort),
            GrpcPort = Port(app.DaprGrpcPort),
            InternalGrpcPort = overrides.FreePorts ? 0 : app.DaprInternalGrpcPort,
            MetricsPort = Port(app.MetricsPort),
            Environment = SharedSettingsMerge.Environment(app, common),
            ResourcesPaths = overrides.ResourcesPath is { } components
                ? [Path.GetFullPath(components)]
                : paths.Resources(app, directory, common, where),
            ConfigPath = paths.Configuration(app, directory, common, where),
            DaprInstall = paths.InstallFolder(app, directory, common),
            Settings = settings,
        };

        int Port(int written) => written > 0 && !overrides.FreePorts ? written : FreePorts.Next();
    }

    private static int AppPort(AppSettings app, string appId, RunOverrides overrides)
    {
        if (app.AppPort <= 0)
            return 0;
        if (appId == RunOverrides.Gateway && overrides.GatewayPort is { } port)
            return port == 0 ? FreePorts.Next() : port;
        return overrides.FreePorts ? FreePorts.Next() : app.AppPort;
    }

    private static void FindPortsUsedTwice(List<AppPlan> apps, List<string> problems)
    {
        var uses = apps.SelectMany(app => new[]
        {
            (Port: app.AppPort, Use: $"appPort of {app.AppId}"),
            (Port: app.HttpPort, Use: $"daprHTTPPort of {app.AppId}"),
            (Port: app.GrpcPort, Use: $"daprGRPCPort of {app.AppId}"),
            (Port: app.MetricsPort, Use: $"metricsPort of {app.AppId}"),
        });
        foreach (var port in uses.Where(use => use.Port > 0).GroupBy(use => use.Port).Where(port => port.Count() > 1))
            problems.Add($"port {port.Key} is used twice: {string.Join(" and ", port.Select(use => use.Use))}");
    }
}
