namespace StocksDapr.Market.Options;

/// <summary>The volatility that explains a price, or why there is none.</summary>
public readonly record struct ImpliedVolatility
{
    private ImpliedVolatility(double? value, NoVolatility reason) => (Value, Reason) = (value, reason);

    /// <summary>A year's, 0.25 for 25 %; null when no volatility explains the price.</summary>
    public double? Value { get; }

    /// <summary>Why there is no value.</summary>
    public NoVolatility Reason { get; }

    /// <summary>Of a European option, by a safeguarded Newton's method on the price of the contract out of the money.</summary>
    public static ImpliedVolatility OfEuropean(in OptionTerms terms, double price) => OfEuropean(terms, price, NormalizedBlack.Precision);

    internal static ImpliedVolatility OfEuropean(in OptionTerms terms, double price, double precision)
    {
        if (!double.IsFinite(price))
            return NoVolatility.NotANumber;
        if (terms.Years <= 0)
            return NoVolatility.Expired;

        // In the money or out of it, the time value is the price of the contract out of the money, by put-call parity; taken from there, digits that
        // the intrinsic value would drown stay.
        var (spot, strike) = (terms.PresentSpot, terms.PresentStrike);
        var least = Math.Max(terms.Sign * (spot - strike), 0);
        var most = terms.Sign > 0 ? spot : strike;
        if (Judge(price, least, most) is { } refused)
            return refused;

        var moneyness = -Math.Abs(Math.Log(spot / strike));
        var deviation = NormalizedBlack.ImpliedDeviation((price - least) / Math.Sqrt(spot * strike), moneyness, precision);
        return deviation > 0 && double.IsFinite(deviation) ? deviation / Math.Sqrt(terms.Years) : NoVolatility.NoTimeValue;
    }

    public static implicit operator ImpliedVolatility(double value) => new(value, NoVolatility.None);

    public static implicit operator ImpliedVolatility(NoVolatility reason) => new(null, reason);

    public static ImpliedVolatility FromDouble(double value) => value;

    public static ImpliedVolatility FromNoVolatility(NoVolatility reason) => reason;

    /// <summary>Whether a price lies within its bounds, with room for nothing but rounding.</summary>
    internal static NoVolatility? Judge(double price, double least, double most)
    {
        var rounding = 1e-13 * Math.Max(most, least);
        if (price < least - rounding || price < 0)
            return NoVolatility.BelowLeast;
        if (price >= most)
            return NoVolatility.AboveMost;
        return price - least <= rounding ? NoVolatility.NoTimeValue : null;
    }
}

/// <summary>Why a price has no implied volatility.</summary>
public enum NoVolatility
{
    /// <summary>It has one.</summary>
    None,

    /// <summary>The price, or something that it depends on, is not a number.</summary>
    NotANumber,

    /// <summary>The option has expired.</summary>
    Expired,

    /// <summary>The price is below what no arbitrage allows: the intrinsic value, of a European option that of the forward.</summary>
    BelowLeast,

    /// <summary>The price is not below the underlying's, of a put the strike's: no volatility is enough.</summary>
    AboveMost,

    /// <summary>The price is the intrinsic value to the last digit: any small volatility explains it.</summary>
    NoTimeValue,
}
