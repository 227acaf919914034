namespace StocksDapr.Sidecar.Bindings;

/// <summary>Log messages of the bindings: 4200 to 4299.</summary>
internal static partial class BindingLog
{
    [LoggerMessage(4200, LogLevel.Information, "The application has not subscribed to binding {Name}: it answered {Status} to OPTIONS {Route}")]
    public static partial void NotSubscribed(ILogger logger, string name, int status, string route);

    [LoggerMessage(4201, LogLevel.Warning, "The application could not be asked for binding {Name} (OPTIONS {Route}); this and the following input bindings are not read: {Reason}")]
    public static partial void ProbeFailed(ILogger logger, string name, string route, string reason);

    [LoggerMessage(4202, LogLevel.Warning, "An event of binding {Name} was not accepted by the application: {Reason}")]
    public static partial void EventFailed(ILogger logger, string name, string reason);

    [LoggerMessage(4203, LogLevel.Error, "Binding {Name} stopped reading")]
    public static partial void ReadingFailed(ILogger logger, Exception error, string name);

    [LoggerMessage(4204, LogLevel.Information, "Binding {Name} is read; events go to POST {Route}")]
    public static partial void Reading(ILogger logger, string name, string route);
}
