namespace StocksDapr.Collector.OptionChains;

/// <summary>The section <c>Collector:Options</c>: which option chains are collected, when, and from whom.</summary>
internal sealed class OptionOptions
{
    public const string Section = "Collector:Options";

    public bool Enabled { get; set; } = true;

    /// <summary>How often in a session, from its opening on.</summary>
    public TimeSpan Every { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>How long after the close of a session its last chain is collected.</summary>
    public TimeSpan AfterClose { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>Contracts that expire within so many days.</summary>
    public int Days { get; set; } = 90;

    /// <summary>Those of several that have chains and a key are asked in this order, separated by commas.</summary>
    public string Providers { get; set; } = "yahoo,alphavantage";

    /// <summary>Of how many of the simulated companies there are chains, the largest ones first; 0 for none.</summary>
    public int SimulatedSymbols { get; set; } = 8;

    public IReadOnlyList<string> Order() => Providers.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
