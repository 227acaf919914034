namespace StocksDapr.Collector.Providers.Health;

/// <summary>How long a provider that fails again and again is left alone.</summary>
/// <param name="First">At first; twice as long each time that it fails when it is tried again.</param>
/// <param name="Longest">At most.</param>
internal sealed record CircuitPauses(TimeSpan First, TimeSpan Longest)
{
    public static readonly CircuitPauses Default = new(TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(10));
}
