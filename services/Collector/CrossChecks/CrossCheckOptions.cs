namespace StocksDapr.Collector.CrossChecks;

/// <summary>The section <c>Collector:CrossCheck</c>: how stored bars are compared with what a second provider says.</summary>
internal sealed class CrossCheckOptions
{
    public const string Section = "Collector:CrossCheck";

    public bool Enabled { get; set; } = true;

    /// <summary>The share of a session's symbols that are looked at, above 0 and at most 1; at least one symbol is.</summary>
    public double Share { get; set; } = 0.01;

    /// <summary>How far prices may lie apart, relative to the larger one: providers take different trades for the first and the last.</summary>
    public double PriceTolerance { get; set; } = 0.005;

    /// <summary>How far volumes may lie apart, relative to the larger one: providers differ in which venues they count.</summary>
    public double VolumeTolerance { get; set; } = 0.5;
}
