namespace StocksDapr.Sidecar.Running;

/// <summary>What the command line says about a run.</summary>
internal sealed record RunOptions
{
    /// <summary>Start an installed daprd for each application instead of the sidecars in this process.</summary>
    public bool Daprd { get; init; }

    /// <summary>Build the applications when their sources are newer than the last build.</summary>
    public bool Build { get; init; } = true;

    /// <summary>Let the simulated provider fill the database.</summary>
    public bool SimulatedData { get; init; } = true;
}
