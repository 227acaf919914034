namespace StocksDapr.Market.Options;

/// <summary>A theoretical price and how it changes. Units are those that brokers and data vendors use.</summary>
/// <param name="Price">Per share, in the currency of the underlying.</param>
/// <param name="Delta">Change of the price for 1 of the underlying.</param>
/// <param name="Gamma">Change of delta for 1 of the underlying.</param>
/// <param name="Vega">Change of the price for one percentage point of volatility (0.25 → 0.26).</param>
/// <param name="Theta">Change of the price for one calendar day that passes; usually negative.</param>
/// <param name="Rho">Change of the price for one percentage point of the risk-free rate (0.04 → 0.05).</param>
public readonly record struct Greeks(double Price, double Delta, double Gamma, double Vega, double Theta, double Rho)
{
    internal const double PerPoint = 0.01;
    internal const double DaysInYear = 365;
}
