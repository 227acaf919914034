namespace StocksDapr.Sidecar.Running.Servers;

/// <summary>A server that a run keeps for itself and starts again when it dies.</summary>
internal interface IPrivateServer
{
    /// <summary>The port on 127.0.0.1.</summary>
    int Port { get; }

    /// <summary>Its process number; null while it is being started again.</summary>
    int? Pid { get; }

    /// <summary>How many times it died and was started again.</summary>
    int Restarts { get; }
}
