namespace StocksDapr.Sidecar.Peers;

/// <summary>Log messages of the calls from sidecar to sidecar: 1600 to 1619.</summary>
internal static partial class PeerLog
{
    [LoggerMessage(1600, LogLevel.Warning, "Sidecars of other processes cannot be found, nor can they find this one: {Reason}")]
    public static partial void NoDirectory(this ILogger logger, string reason);

    [LoggerMessage(1601, LogLevel.Warning, "The entry of {AppId} among the sidecars of this machine could not be removed: {Reason}")]
    public static partial void EntryRemains(this ILogger logger, string appId, string reason);

    [LoggerMessage(1602, LogLevel.Warning, "A call on the internal port did not carry this sidecar's secret and is refused")]
    public static partial void CallRefused(this ILogger logger);

    [LoggerMessage(1603, LogLevel.Debug, "Listens for other sidecars on port {Port}")]
    public static partial void Listens(this ILogger logger, int port);
}
