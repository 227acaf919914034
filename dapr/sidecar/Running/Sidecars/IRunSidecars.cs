namespace StocksDapr.Sidecar.Running.Sidecars;

/// <summary>The sidecars of a run, one per application: those in this process, or installed daprds.</summary>
internal interface IRunSidecars : IAsyncDisposable
{
    /// <summary>Starts all of them at once; returns when their ports answer.</summary>
    /// <exception cref="RunFailedException">One cannot start.</exception>
    Task StartAsync(CancellationToken cancellationToken);

    /// <summary>Stops all of them: what is under way is finished, unless there is hurry.</summary>
    Task StopAsync(CancellationToken hurry);
}
