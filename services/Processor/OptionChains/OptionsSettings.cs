using StocksDapr.Market.Options;

namespace StocksDapr.Processor.OptionChains;

/// <summary>The section <c>Processor:Options</c>.</summary>
internal sealed class OptionsSettings
{
    public const string Section = "Processor:Options";

    /// <summary>
    /// Risk-free rates by days to expiry, continuously compounded: <c>{"30":0.043,"365":0.041}</c>. None: the Federal Reserve's target of the day
    /// of the quotes (<see cref="FederalFunds"/>).
    /// </summary>
    public Dictionary<int, double> Rates { get; set; } = [];

    /// <summary>The curve that is configured; null for the one of the day.</summary>
    public RateCurve? Curve() => Rates.Count == 0 ? null : new RateCurve(Rates.Select(rate => (rate.Key / 365.0, rate.Value)));

    public bool IsValid() => Rates.All(rate => rate.Key > 0 && rate.Value is > -0.1 and < 1);
}
