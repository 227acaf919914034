namespace StocksDapr.Market.Options;

/// <summary>
/// American puts with strike 1 that expire at one time; all other American options are like them. Prices are homogeneous in spot and strike (R. Merton 1973): a
/// put costs its strike times what the put with strike 1 costs at spot divided by strike. And a call is the put on the strike with the underlying for
/// its strike, rate and yield changing places (R. McDonald and M. Schroder 1998).
/// </summary>
/// <param name="Years">Above 0.</param>
/// <param name="Rate">What the strike earns.</param>
/// <param name="Yield">What the underlying yields.</param>
/// <param name="RateSlope">How the rate changes with the risk-free rate, for rho: 1, or 0 of puts that stand for calls.</param>
/// <param name="YieldSlope">How the yield changes with it.</param>
internal readonly record struct UnitPuts(double Years, double Rate, double Yield, double RateSlope, double YieldSlope)
{
    /// <summary>The puts that calls or puts with a time, a rate and a yield are like.</summary>
    public static UnitPuts Of(OptionType type, double years, double rate, double yield) =>
        type == OptionType.Put ? new UnitPuts(years, rate, yield, 1, 0) : new UnitPuts(years, yield, rate, 0, 1);

    public double Drift => Rate - Yield;

    public double DriftSlope => RateSlope - YieldSlope;
}
