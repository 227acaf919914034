using YamlDotNet.Serialization;

namespace StocksDapr.Sidecar.Running.Templates;

/// <summary>A multi-app run template (<c>dapr.yaml</c>) as written, with the Dapr CLI's keys. Unknown keys are ignored, as it does.</summary>
internal sealed class RunTemplate
{
    [YamlMember(Alias = "version")]
    public int Version { get; set; }

    [YamlMember(Alias = "name")]
    public string? Name { get; set; }

    [YamlMember(Alias = "common")]
    public SharedSettings? Common { get; set; }

    [YamlMember(Alias = "apps")]
    public List<AppSettings>? Apps { get; set; }
}

/// <summary>What can be said for all applications and for one; the one's own word wins, value by value.</summary>
internal class SharedSettings
{
    [YamlMember(Alias = "resourcesPaths")]
    public List<string>? ResourcesPaths { get; set; }

    /// <summary>The older spelling: one folder, added to the list.</summary>
    [YamlMember(Alias = "resourcesPath")]
    public string? ResourcesPath { get; set; }

    [YamlMember(Alias = "configFilePath")]
    public string? ConfigFilePath { get; set; }

    [YamlMember(Alias = "appProtocol")]
    public string? AppProtocol { get; set; }

    [YamlMember(Alias = "apiListenAddresses")]
    public string? ApiListenAddresses { get; set; }

    [YamlMember(Alias = "enableProfiling")]
    public bool EnableProfiling { get; set; }

    [YamlMember(Alias = "logLevel")]
    public string? LogLevel { get; set; }

    [YamlMember(Alias = "appMaxConcurrency")]
    public int AppMaxConcurrency { get; set; }

    [YamlMember(Alias = "placementHostAddress")]
    public string? PlacementHostAddress { get; set; }

    [YamlMember(Alias = "schedulerHostAddress")]
    public string? SchedulerHostAddress { get; set; }

    [YamlMember(Alias = "maxBodySize")]
    public string? MaxBodySize { get; set; }

    [YamlMember(Alias = "readBufferSize")]
    public string? ReadBufferSize { get; set; }

    [YamlMember(Alias = "enableAppHealthCheck")]
    public bool EnableAppHealthCheck { get; set; }

    [YamlMember(Alias = "appHealthCheckPath")]
    public string? AppHealthCheckPath { get; set; }

    /// <summary>Seconds.</summary>
    [YamlMember(Alias = "appHealthProbeInterval")]
    public int AppHealthProbeInterval { get; set; }

    /// <summary>Milliseconds.</summary>
    [YamlMember(Alias = "appHealthProbeTimeout")]
    public int AppHealthProbeTimeout { get; set; }

    [YamlMember(Alias = "appHealthThreshold")]
    public int AppHealthThreshold { get; set; }

    [YamlMember(Alias = "enableApiLogging")]
    public bool EnableApiLogging { get; set; }

    [YamlMember(Alias = "runtimePath")]
    public string? RuntimePath { get; set; }

    [YamlMember(Alias = "env")]
    public Dictionary<string, string?>? Env { get; set; }

    [YamlMember(Alias = "appLogDestination")]
    public string? AppLogDestination { get; set; }

    [YamlMember(Alias = "daprdLogDestination")]
    public string? DaprdLogDestination { get; set; }
}

/// <summary>What is said for one application.</summary>
internal sealed class AppSettings : SharedSettings
{
    [YamlMember(Alias = "appDirPath")]
    public string? AppDirPath { get; set; }

    [YamlMember(Alias = "appID")]
    public string? AppId { get; set; }

    [YamlMember(Alias = "appChannelAddress")]
    public string? AppChannelAddress { get; set; }

    [YamlMember(Alias = "appPort")]
    public int AppPort { get; set; }

    [YamlMember(Alias = "daprHTTPPort")]
    public int DaprHttpPort { get; set; }

    [YamlMember(Alias = "daprGRPCPort")]
    public int DaprGrpcPort { get; set; }

    [YamlMember(Alias = "daprInternalGRPCPort")]
    public int DaprInternalGrpcPort { get; set; }

    [YamlMember(Alias = "metricsPort")]
    public int MetricsPort { get; set; }

    [YamlMember(Alias = "profilePort")]
    public int ProfilePort { get; set; }

    [YamlMember(Alias = "command")]
    public List<string>? Command { get; set; }
}
