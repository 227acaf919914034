namespace StocksDapr.Sidecar.Resources;

/// <summary>Log messages of resource loading: 4000 to 4099.</summary>
internal static partial class ResourceLog
{
    [LoggerMessage(4000, LogLevel.Debug, "{File} is not YAML and is left out")]
    public static partial void NotYaml(ILogger logger, string file);

    [LoggerMessage(4001, LogLevel.Warning, "{File} cannot be read and is left out: {Reason}")]
    public static partial void FileUnreadable(ILogger logger, string file, string reason);

    [LoggerMessage(4002, LogLevel.Warning, "{File}: a document is left out, {Reason}")]
    public static partial void DocumentSkipped(ILogger logger, string file, string reason);

    [LoggerMessage(4003, LogLevel.Warning, "{File}: the resiliency policy {Name} is left out because it is not the first document of its file; daprd looks at that one only")]
    public static partial void ResiliencyNotFirst(ILogger logger, string file, string name);

    [LoggerMessage(4004, LogLevel.Warning, "{File}: {Kind} {Name} is left out: its apiVersion is '{ApiVersion}', expected {Expected}")]
    public static partial void WrongApiVersion(ILogger logger, string file, string kind, string name, string apiVersion, string expected);

    [LoggerMessage(4005, LogLevel.Warning, "Component {Component} ({Type}) in {File}: the metadata '{Property}' means nothing to this type and is ignored{Meant}")]
    public static partial void UnknownField(ILogger logger, string component, string type, string file, string property, string meant);

    [LoggerMessage(4010, LogLevel.Warning, "Component {Component}: the property {Property} may not be read from the environment variable {Variable}; it stays empty")]
    public static partial void EnvironmentDenied(ILogger logger, string component, string property, string variable);

    [LoggerMessage(4011, LogLevel.Error, "Component {Component}: the secret {Secret} for the property {Property} could not be read, the property stays empty: {Reason}")]
    public static partial void SecretUnreadable(ILogger logger, string component, string property, string secret, string reason);

    [LoggerMessage(4012, LogLevel.Warning, "Component {Component}: the property {Property} refers to a secret, but no loaded secret store is named by auth.secretStore ('{Store}'); it stays empty")]
    public static partial void NoSecretStore(ILogger logger, string component, string property, string store);
}
