namespace StocksDapr.Sidecar.State;

/// <summary>Log messages of the state stores: 4100 to 4199.</summary>
internal static partial class StateLog
{
    [LoggerMessage(4100, LogLevel.Debug, "Removed {Rows} expired rows")]
    public static partial void ExpiredRemoved(ILogger logger, int rows);

    [LoggerMessage(4101, LogLevel.Warning, "Expired rows could not be removed; the next attempt follows with the next interval")]
    public static partial void CleanupFailed(ILogger logger, Exception error);
}
