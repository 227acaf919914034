namespace StocksDapr.Sidecar.Commands.Daprd;

/// <summary>What a sidecar alone says of itself, in daprd's words where programs look for them. Ids from 1500.</summary>
internal static partial class DaprdLog
{
    [LoggerMessage(1500, LogLevel.Information, "Starting Dapr Runtime -- version {Version} -- StocksDapr development sidecar")]
    public static partial void Starting(this ILogger logger, string version);

    [LoggerMessage(1501, LogLevel.Information, "--{Flag} has no effect: {Reason}")]
    public static partial void NoEffect(this ILogger logger, string flag, string reason);

    [LoggerMessage(1502, LogLevel.Information, "HTTP server is running on port {Port}")]
    public static partial void HttpListens(this ILogger logger, int port);

    [LoggerMessage(1503, LogLevel.Information, "dapr initialized. Status: Running. Init Elapsed {Milliseconds}ms")]
    public static partial void Initialized(this ILogger logger, long milliseconds);

    [LoggerMessage(1504, LogLevel.Information, "application discovered on port {Port}")]
    public static partial void AppDiscovered(this ILogger logger, int port);

    [LoggerMessage(1505, LogLevel.Information, "Received signal '{Signal}'; beginning {What}")]
    public static partial void SignalReceived(this ILogger logger, string signal, string what);

    [LoggerMessage(1506, LogLevel.Information, "Daprd shutdown gracefully")]
    public static partial void ShutDown(this ILogger logger);

    [LoggerMessage(1507, LogLevel.Critical, "Fatal error from runtime: {Reason}")]
    public static partial void Fatal(this ILogger logger, string reason);

    [LoggerMessage(1508, LogLevel.Warning, "Flag --{Flag} has been deprecated, {Reason}")]
    public static partial void Deprecated(this ILogger logger, string flag, string reason);
}
