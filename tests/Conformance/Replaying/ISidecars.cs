namespace StocksDapr.Conformance.Replaying;

/// <summary>The sidecars of a setup, one for each application, in this process or in processes of their own.</summary>
internal interface ISidecars : IAsyncDisposable
{
    /// <summary>The code of a process that was killed, as the recordings have it.</summary>
    const int KilledCode = -9;

    /// <summary>Ends with the first one's exit code: when it was told to stop, or could not start.</summary>
    Task<int> Exit { get; }

    /// <summary>Port of an application's sidecar; null as long as it is not known.</summary>
    int? HttpPort(string appId);

    /// <summary>Port of its gRPC API; null as long as it is not known, or when it has none.</summary>
    int? GrpcPort(string appId);

    /// <summary>Starts all, for the first time or again.</summary>
    /// <param name="expectsExit">They are expected to end by themselves.</param>
    /// <param name="waits">Whether to return only when they are ready.</param>
    Task StartAsync(bool expectsExit, bool waits);

    /// <summary>What SIGTERM or SIGKILL does, by their names.</summary>
    void Signal(string name);
}

/// <summary>What a sidecar is started with, as daprd would be.</summary>
/// <param name="App">Its application.</param>
/// <param name="Flags">daprd's flags, ports of the sidecar left out.</param>
/// <param name="HasApp">It is given the application's port.</param>
internal sealed record SidecarStart(RecordedApp App, IReadOnlyList<string> Flags, bool HasApp)
{
    /// <summary>Waiting for the application is part of a start when the application is there.</summary>
    public bool BecomesReady => !HasApp || App.IsListening;
}
