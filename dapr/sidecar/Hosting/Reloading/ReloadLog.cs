namespace StocksDapr.Sidecar.Hosting.Reloading;

/// <summary>Log messages of hot reload: 1700 to 1719.</summary>
internal static partial class ReloadLog
{
    [LoggerMessage(1700, LogLevel.Information, "Hot reloading enabled: components, subscriptions, HTTP endpoints and resiliency policies are taken over when their files change")]
    public static partial void Watching(this ILogger logger);

    [LoggerMessage(1701, LogLevel.Error, "Changed resources cannot be used; everything stays as it was: {Reason}")]
    public static partial void Refused(this ILogger logger, string reason);

    [LoggerMessage(1702, LogLevel.Error, "The changed resiliency policies cannot be used; those before stay: {Reason}")]
    public static partial void PoliciesRefused(this ILogger logger, string reason);

    [LoggerMessage(1703, LogLevel.Information, "Component loaded: {Name} ({Type})")]
    public static partial void Loaded(this ILogger logger, string name, string type);

    [LoggerMessage(1704, LogLevel.Information, "Component updated: {Name} ({Type})")]
    public static partial void Updated(this ILogger logger, string name, string type);

    [LoggerMessage(1705, LogLevel.Information, "Component removed: {Name} ({Type})")]
    public static partial void Removed(this ILogger logger, string name, string type);

    [LoggerMessage(1706, LogLevel.Error, "Component {Name} cannot be loaded{Before}: {Reason}")]
    public static partial void NotLoaded(this ILogger logger, string name, string before, string reason);

    [LoggerMessage(1707, LogLevel.Warning, "Component {Name} is the actor state store: its change takes effect when the sidecar is started again")]
    public static partial void ActorStateStoreKept(this ILogger logger, string name);

    [LoggerMessage(1708, LogLevel.Error, "Looking for changed resources failed; it is done again")]
    public static partial void Failed(this ILogger logger, Exception failure);

    [LoggerMessage(1709, LogLevel.Warning, "Component {Name} could not be closed after it was replaced")]
    public static partial void CloseFailed(this ILogger logger, Exception failure, string name);
}
