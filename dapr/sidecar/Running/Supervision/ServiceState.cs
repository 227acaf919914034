namespace StocksDapr.Sidecar.Running.Supervision;

internal enum ServiceState
{
    /// <summary>Its turn has not come.</summary>
    Waiting,

    /// <summary>Its process runs, but it does not answer yet.</summary>
    Starting,

    /// <summary>It answers, and says that it is not ready for work.</summary>
    Unready,

    Ready,

    /// <summary>It ended and is started again after a pause.</summary>
    Restarting,

    /// <summary>It ended too often and is given up.</summary>
    Failed,

    Stopping,
    Stopped,
}
