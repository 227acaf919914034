namespace StocksDapr.Sidecar.Resources;

/// <summary><c>spec.workflow</c> of the Configuration: how much a sidecar gives to its workers at once, and how long it keeps what has ended.</summary>
public sealed record WorkflowLimits
{
    /// <summary>Turns at once; null = any number.</summary>
    public int? MaxTurns { get; init; }

    /// <summary>Activities at once; null = any number.</summary>
    public int? MaxActivities { get; init; }

    public WorkflowRetention Retention { get; init; } = new();
}

/// <summary><c>spec.workflow.stateRetentionPolicy</c>: how long instances are kept after they ended; null = for ever.</summary>
public sealed record WorkflowRetention
{
    /// <summary>For every end that has no time of its own.</summary>
    public TimeSpan? AnyTerminal { get; init; }

    public TimeSpan? Completed { get; init; }

    public TimeSpan? Failed { get; init; }

    public TimeSpan? Terminated { get; init; }

    /// <summary>True when something is ever removed.</summary>
    public bool Removes => (AnyTerminal ?? Completed ?? Failed ?? Terminated) is not null;
}
