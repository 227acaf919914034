namespace StocksDapr.Collector.Providers.Simulated;

/// <summary>
/// A deviation that rises after large returns and calms down again: GARCH(1,1) of Bollerslev 1986, with the weights that daily stock
/// returns usually show.
/// </summary>
internal struct ClusteredVolatility(double ordinaryDeviation)
{
    private const double Shock = 0.07;
    private const double Memory = 0.90;

    /// <summary>No storm is more than this many times the ordinary variance.</summary>
    private const double Ceiling = 20;

    private readonly double _ordinary = ordinaryDeviation * ordinaryDeviation;
    private double _variance = ordinaryDeviation * ordinaryDeviation;

    /// <summary>The standard deviation of the next return.</summary>
    public readonly double Deviation => Math.Sqrt(_variance);

    public void Observe(double value) =>
        _variance = Math.Min(((1 - Shock - Memory) * _ordinary) + (Shock * value * value) + (Memory * _variance), Ceiling * _ordinary);
}
