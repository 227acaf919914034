namespace StocksDapr.Support;

/// <summary>Ports for programs that must be told theirs before they start, as the runner chooses them.</summary>
public static class FreePorts
{
    /// <inheritdoc cref="Sidecar.Running.Ports.FreePorts.Next"/>
    public static int Next() => Sidecar.Running.Ports.FreePorts.Next();
}
