using StocksDapr.Sidecar.Go;
using StocksDapr.Sidecar.Hosting;
using StocksDapr.Sidecar.Resources.Yaml;

namespace StocksDapr.Sidecar.Resources;

/// <summary>Reads the configuration files of a sidecar. A later file overrides what it mentions; lists are replaced as a whole.</summary>
internal static class ConfigurationReader
{
    /// <exception cref="SidecarStartException">A file is not there or cannot be decoded: as daprd, the sidecar does not start with half a configuration.</exception>
    public static ConfigurationResource Load(SidecarOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var configuration = new ConfigurationResource();
        foreach (var file in options.ConfigPaths)
        {
            try
            {
                var text = GoExpand.Expand(File.ReadAllText(Path.GetFullPath(file, options.WorkingDirectory)), options.GetEnvironmentVariable);
                configuration = Apply(configuration, YamlFile.Parse(text, 1)["spec"]);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException or ResourceFormatException)
            {
                throw new SidecarStartException($"the configuration {file} cannot be used: {error.Message}", error);
            }
        }

        return configuration;
    }

    private static ConfigurationResource Apply(ConfigurationResource current, YamlField spec) => current with
    {
        SamplingRate = spec["tracing"]["samplingRate"].Text() ?? current.SamplingRate,
        Features = ReadFeatures(spec["features"]) ?? current.Features,
        ApiAllowed = ReadRules(spec["api"]["allowed"]) ?? current.ApiAllowed,
        ApiDenied = ReadRules(spec["api"]["denied"]) ?? current.ApiDenied,
        SecretScopes = ReadSecretScopes(spec["secrets"]["scopes"]) ?? current.SecretScopes,
        DeniedComponents = spec["components"]["deny"] is { IsEmpty: false } denied ? denied.Texts() : current.DeniedComponents,
        Workflow = spec["workflow"] is { IsEmpty: false } workflow ? ReadWorkflow(workflow, current.Workflow) : current.Workflow,
        AccessControl = spec["accessControl"] is { IsEmpty: false } access ? ReadAccess(access) : current.AccessControl,
    };

    private static Dictionary<string, bool>? ReadFeatures(YamlField features)
    {
        if (features.IsEmpty) return null;
        var switches = new Dictionary<string, bool>(StringComparer.Ordinal);
        foreach (var feature in features.Items())
        {
            if (feature["name"].Text() is { Length: > 0 } name) switches[name] = feature["enabled"].Flag() ?? false;
        }

        return switches;
    }

    private static List<ApiRule>? ReadRules(YamlField rules) => rules.IsEmpty
        ? null
        : [.. rules.Items().Select(rule => new ApiRule(rule["name"].Text() ?? "", rule["version"].Text() ?? "", rule["protocol"].Text() ?? ""))];

    private static List<SecretScope>? ReadSecretScopes(YamlField scopes)
    {
        if (scopes.IsEmpty) return null;
        var found = new List<SecretScope>();
        foreach (var scope in scopes.Items())
        {
            var store = scope["storeName"].Text() ?? "";
            var access = scope["defaultAccess"].Text() ?? "";
            if (found.Exists(other => other.StoreName == store)) throw scope["storeName"].Wrong($"named once only; {store} is repeated");
            if (access.ToLowerInvariant() is not ("" or "allow" or "deny")) throw scope["defaultAccess"].Wrong("allow or deny");
            found.Add(new SecretScope(store, access, scope["allowedSecrets"].Texts(), scope["deniedSecrets"].Texts()));
        }

        return found;
    }

    private static WorkflowLimits ReadWorkflow(YamlField workflow, WorkflowLimits current)
    {
        var kept = workflow["stateRetentionPolicy"];
        return new WorkflowLimits
        {
            MaxTurns = Limit(workflow["maxConcurrentWorkflowInvocations"]) ?? current.MaxTurns,
            MaxActivities = Limit(workflow["maxConcurrentActivityInvocations"]) ?? current.MaxActivities,
            Retention = kept.IsEmpty ? current.Retention : new WorkflowRetention
            {
                AnyTerminal = Duration(kept["anyTerminal"]),
                Completed = Duration(kept["completed"]),
                Failed = Duration(kept["failed"]),
                Terminated = Duration(kept["terminated"]),
            },
        };
    }

    private static int? Limit(YamlField field) => field.Integer() switch
    {
        null or 0 => null,
        < 0 => throw field.Wrong("a number of invocations; 0 for any number"),
        { } limit => limit,
    };

    private static TimeSpan? Duration(YamlField field)
    {
        if (field.Text() is not { Length: > 0 } text) return null;
        return GoDuration.TryParse(text, out var duration) && duration >= TimeSpan.Zero ? duration : throw field.Wrong("a duration like 30s or 24h");
    }

    private static AccessControl ReadAccess(YamlField access) => new(
        access["defaultAction"].Text() ?? "",
        access["trustDomain"].Text() ?? "",
        [.. access["policies"].Items().Select(ReadPolicy)]);

    private static AccessPolicy ReadPolicy(YamlField policy) => new(
        policy["appId"].Text() ?? "",
        policy["defaultAction"].Text() ?? "",
        policy["trustDomain"].Text() ?? "",
        policy["namespace"].Text() ?? "",
        [.. policy["operations"].Items().Select(operation => new AccessOperation(
            operation["name"].Text() ?? "", operation["httpVerb"].Texts(), operation["action"].Text() ?? ""))]);
}
