namespace StocksDapr.Collector.Providers.Health;

/// <summary>Whether a provider is asked at all.</summary>
internal enum CircuitState
{
    /// <summary>It is.</summary>
    Closed,

    /// <summary>One request at a time tries whether it is back.</summary>
    HalfOpen,

    /// <summary>It fails, and is left alone for a while.</summary>
    Open,
}

/// <summary>A change of a circuit, as replicas tell each other. The newest counts.</summary>
/// <param name="IsOpen">Whether it opened or closed.</param>
/// <param name="Since">When, UTC.</param>
/// <param name="Until">When it is tried again, UTC; null for a closed one.</param>
/// <param name="Openings">How often in a row it opened.</param>
/// <param name="Reason">The failure that opened it.</param>
internal sealed record CircuitChange(bool IsOpen, DateTimeOffset Since, DateTimeOffset? Until, int Openings, string? Reason)
{
    public static readonly CircuitChange None = new(false, DateTimeOffset.MinValue, null, 0, null);

    public CircuitState StateAt(DateTimeOffset now) => !IsOpen ? CircuitState.Closed : now < Until ? CircuitState.Open : CircuitState.HalfOpen;
}
