namespace StocksDapr.Market.Options;

/// <summary>
/// American options, as those on US shares are: the European price plus the premium for early exercise. Cash dividends are escrowed: the
/// <see cref="OptionTerms.Spot"/> given here is the price as quoted, and dividends up to the expiry are taken off it. For many contracts that expire
/// together an <see cref="AmericanSeries"/> says the same and shares the work.
/// </summary>
public static class American
{
    /// <param name="terms">The option, with the spot as quoted.</param>
    /// <param name="volatility">A year's: 0.25 for 25 %.</param>
    /// <param name="dividends">Known cash dividends.</param>
    /// <exception cref="ArgumentOutOfRangeException">The volatility is negative or not a number; the dividends are worth more than the share.</exception>
    public static double Price(in OptionTerms terms, double volatility, ReadOnlySpan<CashDividend> dividends = default) =>
        Series(terms, dividends).Price(terms.Type, terms.Spot, terms.Strike, volatility);

    /// <summary>The price and all Greeks.</summary>
    /// <param name="terms">The option, with the spot as quoted.</param>
    /// <param name="volatility">A year's: 0.25 for 25 %.</param>
    /// <param name="dividends">Known cash dividends.</param>
    /// <exception cref="ArgumentOutOfRangeException">The volatility is negative or not a number; the dividends are worth more than the share.</exception>
    public static Greeks Greeks(in OptionTerms terms, double volatility, ReadOnlySpan<CashDividend> dividends = default) =>
        Series(terms, dividends).Greeks(terms.Type, terms.Spot, terms.Strike, volatility);

    /// <summary>The volatility that explains a price.</summary>
    /// <param name="terms">The option, with the spot as quoted.</param>
    /// <param name="price">Its price.</param>
    /// <param name="dividends">Known cash dividends.</param>
    /// <exception cref="ArgumentOutOfRangeException">The dividends are worth more than the share.</exception>
    public static ImpliedVolatility ImpliedVolatility(in OptionTerms terms, double price, ReadOnlySpan<CashDividend> dividends = default) =>
        Series(terms, dividends).ImpliedVolatility(terms.Type, terms.Spot, terms.Strike, price);

    private static AmericanSeries Series(in OptionTerms terms, ReadOnlySpan<CashDividend> dividends) => new(terms.Years, terms.Rate, terms.Yield, dividends);
}
