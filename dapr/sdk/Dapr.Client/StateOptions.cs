namespace Dapr.Client;

/// <summary>How a state operation is to be carried out.</summary>
public class StateOptions
{
    /// <summary>Consistency; the store's own default when null.</summary>
    public ConsistencyMode? Consistency { get; set; }

    /// <summary>Concurrency; last write wins when null.</summary>
    public ConcurrencyMode? Concurrency { get; set; }
}
