namespace StocksDapr.Market.Options;

/// <summary>
/// European options: Black and Scholes 1973 with Merton's continuous yield (Hull, Options, Futures and Other Derivatives, "Options on stock indices
/// and currencies"; Haug, The Complete Guide to Option Pricing Formulas, 1.1.6). An expired option is worth what exercising it brings, one
/// without volatility what the forward brings.
/// </summary>
public static class BlackScholes
{
    /// <param name="terms">The option.</param>
    /// <param name="volatility">A year's: 0.25 for 25 %.</param>
    /// <exception cref="ArgumentOutOfRangeException">The volatility is negative or not a number.</exception>
    public static double Price(in OptionTerms terms, double volatility)
    {
        Check(volatility);
        var (spot, strike, sign) = (terms.PresentSpot, terms.PresentStrike, terms.Sign);
        var deviation = volatility * Math.Sqrt(terms.Years);
        if (deviation == 0)
            return Math.Max(sign * (spot - strike), 0);

        var d1 = (Math.Log(spot / strike) / deviation) + (deviation / 2);
        var price = sign * ((spot * Normal.Cumulative(sign * d1)) - (strike * Normal.Cumulative(sign * (d1 - deviation))));
        return Math.Max(price, Math.Max(sign * (spot - strike), 0));
    }

    /// <summary>The price and all Greeks.</summary>
    /// <param name="terms">The option.</param>
    /// <param name="volatility">A year's: 0.25 for 25 %.</param>
    /// <exception cref="ArgumentOutOfRangeException">The volatility is negative or not a number.</exception>
    public static Greeks Greeks(in OptionTerms terms, double volatility)
    {
        Check(volatility);
        var (spot, strike, sign) = (terms.PresentSpot, terms.PresentStrike, terms.Sign);
        var root = Math.Sqrt(terms.Years);
        var deviation = volatility * root;
        if (deviation == 0)
            return WithoutVolatility(terms, spot, strike);

        var d1 = (Math.Log(spot / strike) / deviation) + (deviation / 2);
        var d2 = d1 - deviation;
        var (ofSpot, ofStrike, density) = (spot * Normal.Cumulative(sign * d1), strike * Normal.Cumulative(sign * d2), spot * Normal.Density(d1));
        var theta = (-density * volatility / (2 * root)) - (sign * terms.Rate * ofStrike) + (sign * terms.Yield * ofSpot);
        return new Greeks(
            Math.Max(sign * (ofSpot - ofStrike), Math.Max(sign * (spot - strike), 0)),
            sign * ofSpot / terms.Spot,
            density / (terms.Spot * terms.Spot * deviation),
            density * root * Options.Greeks.PerPoint,
            theta / Options.Greeks.DaysInYear,
            sign * terms.Years * ofStrike * Options.Greeks.PerPoint);
    }

    private static Greeks WithoutVolatility(in OptionTerms terms, double spot, double strike)
    {
        var value = terms.Sign * (spot - strike);
        if (value <= 0)
            return default;
        if (terms.Years == 0)
            return new Greeks(value, terms.Sign, 0, 0, 0, 0);

        return new Greeks(
            value, terms.Sign * spot / terms.Spot, 0, 0,
            terms.Sign * ((terms.Yield * spot) - (terms.Rate * strike)) / Options.Greeks.DaysInYear,
            terms.Sign * terms.Years * strike * Options.Greeks.PerPoint);
    }

    internal static void Check(double volatility)
    {
        if (!double.IsFinite(volatility) || volatility < 0)
            throw new ArgumentOutOfRangeException(nameof(volatility), volatility, "A volatility is a number from 0, such as 0.25.");
    }
}
