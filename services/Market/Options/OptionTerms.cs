namespace StocksDapr.Market.Options;

/// <summary>What the price of an option depends on, but for the volatility. Rates are continuously compounded, a year's.</summary>
public readonly struct OptionTerms
{
    /// <exception cref="ArgumentOutOfRangeException">Spot or strike is not a positive number, or one of the others is not a number.</exception>
    public OptionTerms(OptionType type, double spot, double strike, double years, double rate, double yield = 0)
    {
        Require(double.IsFinite(spot) && spot > 0, nameof(spot), spot, "A positive number.");
        Require(double.IsFinite(strike) && strike > 0, nameof(strike), strike, "A positive number.");
        Require(double.IsFinite(years), nameof(years), years, "A number.");
        Require(double.IsFinite(rate), nameof(rate), rate, "A number.");
        Require(double.IsFinite(yield), nameof(yield), yield, "A number.");
        (Type, Spot, Strike, Years, Rate, Yield) = (type, spot, strike, Math.Max(years, 0), rate, yield);
        (PresentSpot, PresentStrike) = (spot * Math.Exp(-yield * Years), strike * Math.Exp(-rate * Years));
    }

    private OptionTerms(OptionType type, double spot, double strike, in OptionTerms unit)
    {
        Require(double.IsFinite(spot) && spot > 0, nameof(spot), spot, "A positive number.");
        Require(double.IsFinite(strike) && strike > 0, nameof(strike), strike, "A positive number.");
        (Type, Spot, Strike, Years, Rate, Yield) = (type, spot, strike, unit.Years, unit.Rate, unit.Yield);
        (PresentSpot, PresentStrike) = (spot * unit.PresentSpot, strike * unit.PresentStrike);
    }

    public OptionType Type { get; }

    /// <summary>Price of the underlying; where cash dividends are escrowed, less their present value (<see cref="CashDividend.PresentValue"/>).</summary>
    public double Spot { get; }

    public double Strike { get; }

    /// <summary>Time to expiry in years of 365 days; 0 for an expired option.</summary>
    public double Years { get; }

    /// <summary>Risk-free rate up to the expiry: 0.05 for 5 %.</summary>
    public double Rate { get; }

    /// <summary>What holding the underlying yields up to the expiry, dividends or borrow fees: 0.02 for 2 %.</summary>
    public double Yield { get; }

    /// <summary>1 for a call, -1 for a put.</summary>
    public double Sign => Type == OptionType.Call ? 1 : -1;

    /// <summary>The underlying delivered at expiry, paid for now.</summary>
    public double PresentSpot { get; }

    /// <summary>The strike paid at expiry, in money of now.</summary>
    public double PresentStrike { get; }

    /// <summary>What exercising now would bring.</summary>
    public double Intrinsic => Math.Max(Sign * (Spot - Strike), 0);

    /// <summary>Another option with the same time, rate and yield; this one has spot and strike 1.</summary>
    internal OptionTerms Of(OptionType type, double spot, double strike) => new(type, spot, strike, this);

    internal OptionTerms With(double spot) => new(Type, spot, Strike, Years, Rate, Yield);

    internal OptionTerms WithRate(double rate) => new(Type, Spot, Strike, Years, rate, Yield);

    private static void Require(bool holds, string name, double value, string what)
    {
        if (!holds)
            throw new ArgumentOutOfRangeException(name, value, what);
    }
}
