namespace StocksDapr.Collector.Providers.Simulated;

/// <summary>The section <c>Collector:Simulated</c>: the provider that invents a market, for a system that runs without any key.</summary>
internal sealed class SimulatedOptions
{
    public const string Section = "Collector:Simulated";

    public bool Enabled { get; set; } = true;

    /// <summary>Another seed is another market: same companies, other prices. Change it only together with an empty database.</summary>
    public int Seed { get; set; } = 1;

    /// <summary>How many of the 120 companies are listed.</summary>
    public int Symbols { get; set; } = 120;

    /// <summary>How many years of daily bars are collected, 1 to 15.</summary>
    public int DailyYears { get; set; } = 5;

    /// <summary>How many sessions of 15-minute bars are collected, 1 to 1,000.</summary>
    public int IntradayDays { get; set; } = 60;

    /// <summary>While the exchange is closed, streams the trades of its next session, as if that opened when there was nothing else to stream: for demonstrations.</summary>
    public bool StreamWhenClosed { get; set; }

    /// <summary>What goes wrong, and how often. Nothing, unless asked for.</summary>
    public SimulatedFaults Faults { get; set; } = new();
}
