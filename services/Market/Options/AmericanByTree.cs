namespace StocksDapr.Market.Options;

/// <summary>
/// American options one by one: the European price plus the premium for early exercise from a binomial tree, whatever the rates and dividends. Cash dividends
/// are escrowed: the spot given here is the price as quoted, and dividends up to the expiry are taken off it.
/// </summary>
internal static class AmericanByTree
{
    private const double VolatilityBump = 5e-3;
    private const double RateBump = 1e-3;
    private const double Precision = 1e-10;
    private const int MostSteps = 60;

    /// <param name="terms">The option, with the spot as quoted.</param>
    /// <param name="volatility">A year's: 0.25 for 25 %.</param>
    /// <param name="dividends">Known cash dividends.</param>
    /// <param name="steps">Steps of the tree, 7 to 2,001.</param>
    /// <exception cref="ArgumentOutOfRangeException">The dividends are worth more than the share.</exception>
    public static double Price(in OptionTerms terms, double volatility, ReadOnlySpan<CashDividend> dividends, int steps = AmericanTree.DefaultSteps) =>
        Value(Escrow(terms, dividends), volatility, dividends, steps);

    /// <summary>The price and all Greeks.</summary>
    /// <param name="terms">The option, with the spot as quoted.</param>
    /// <param name="volatility">A year's: 0.25 for 25 %.</param>
    /// <param name="dividends">Known cash dividends.</param>
    /// <param name="steps">Steps of the tree, 7 to 2,001.</param>
    /// <exception cref="ArgumentOutOfRangeException">The dividends are worth more than the share.</exception>
    public static Greeks Greeks(
        in OptionTerms terms, double volatility, ReadOnlySpan<CashDividend> dividends, int steps = AmericanTree.DefaultSteps)
    {
        var escrowed = Escrow(terms, dividends);
        var european = BlackScholes.Greeks(escrowed, volatility);
        if (!EarlyExercise.Matters(escrowed, volatility, dividends))
            return OfQuotedSpot(european with { Price = Math.Max(european.Price, EarlyExercise.ForSure(escrowed, dividends)) }, terms, dividends);

        var premium = AmericanTree.Premium(escrowed, volatility, dividends, steps);
        if (premium.ExercisedNow)
            return new Greeks(terms.Intrinsic, terms.Sign, 0, 0, 0, 0);

        var bump = Math.Min(VolatilityBump, volatility / 2);
        var vega = (AmericanTree.Premium(escrowed, volatility + bump, dividends, steps).Value
            - AmericanTree.Premium(escrowed, volatility - bump, dividends, steps).Value) / (2 * bump);

        // At a rate of zero the premium may begin.
        var rateBump = terms.Rate == 0 ? RateBump : Math.Min(RateBump, Math.Abs(terms.Rate) / 2);
        var rho = (AmericanTree.Premium(escrowed.WithRate(terms.Rate + rateBump), volatility, dividends, steps).Value
            - AmericanTree.Premium(escrowed.WithRate(terms.Rate - rateBump), volatility, dividends, steps).Value) / (2 * rateBump);
        var american = WithPremium(
            escrowed, volatility, european, new Greeks(premium.Value, premium.Delta, premium.Gamma, vega * Options.Greeks.PerPoint, 0, rho * Options.Greeks.PerPoint));
        return OfQuotedSpot(american, terms, dividends);
    }

    /// <summary>An American option's Greeks from the European's and those of the premium, all but its theta: where it is not exercised, the price obeys the equation of Black and Scholes.</summary>
    public static Greeks WithPremium(in OptionTerms terms, double volatility, in Greeks european, in Greeks premium)
    {
        var (price, delta, gamma) = (european.Price + premium.Price, european.Delta + premium.Delta, european.Gamma + premium.Gamma);
        var theta = (terms.Rate * price) - ((terms.Rate - terms.Yield) * terms.Spot * delta) - (0.5 * volatility * volatility * terms.Spot * terms.Spot * gamma);
        return new Greeks(price, delta, gamma, european.Vega + premium.Vega, theta / Options.Greeks.DaysInYear, european.Rho + premium.Rho);
    }

    /// <summary>The volatility that explains a price: a step of Newton's with the European vega, then secants, all kept between what is known to enclose the root.</summary>
    /// <param name="terms">The option, with the spot as quoted.</param>
    /// <param name="price">Its price.</param>
    /// <param name="dividends">Known cash dividends.</param>
    /// <param name="steps">Steps of the tree, 7 to 2,001.</param>
    /// <exception cref="ArgumentOutOfRangeException">The dividends are worth more than the share.</exception>
    public static ImpliedVolatility ImpliedVolatility(
        in OptionTerms terms, double price, ReadOnlySpan<CashDividend> dividends, int steps = AmericanTree.DefaultSteps)
    {
        var escrowed = Escrow(terms, dividends);
        if (EarlyExercise.Refuse(terms, escrowed, dividends, price) is { } refused)
            return refused;

        // A European contract is worth less, so that it needs more volatility for the same price.
        var european = Options.ImpliedVolatility.OfEuropean(escrowed, price);
        if (european.Value is { } enough && !EarlyExercise.Matters(escrowed, enough, dividends))
            return european;

        var (low, high) = (0.0, european.Value ?? double.PositiveInfinity);
        var volatility = european.Value ?? 1;
        var last = (Volatility: double.NaN, Excess: double.NaN);
        for (var i = 0; i < MostSteps; i++)
        {
            var excess = Value(escrowed, volatility, dividends, steps) - price;
            if (excess < 0)
                low = volatility;
            else
                high = volatility;

            // The European vega is a good first guess; from the second step on the last two prices tell better.
            var slope = (excess - last.Excess) / (volatility - last.Volatility);
            if (!(slope > 0 && double.IsFinite(slope)))
                slope = BlackScholes.Greeks(escrowed, volatility).Vega / Options.Greeks.PerPoint;
            last = (volatility, excess);
            var next = volatility - (excess / slope);
            if (Math.Abs(excess) <= Precision * price || Math.Abs(next - volatility) <= Precision * volatility)
                break;
            volatility = next > low && next < high ? next : double.IsPositiveInfinity(high) ? 2 * volatility : (low + high) / 2;
        }

        return volatility is > 0 and < 1e6 ? volatility : NoVolatility.AboveMost;
    }

    private static double Value(in OptionTerms escrowed, double volatility, ReadOnlySpan<CashDividend> dividends, int steps)
    {
        var (european, sure) = (BlackScholes.Price(escrowed, volatility), EarlyExercise.ForSure(escrowed, dividends));
        if (!EarlyExercise.Matters(escrowed, volatility, dividends))
            return Math.Max(european, sure);

        var premium = AmericanTree.Premium(escrowed, volatility, dividends, steps);
        return premium.ExercisedNow ? sure : Math.Max(european + premium.Value, sure);
    }

    private static OptionTerms Escrow(in OptionTerms terms, ReadOnlySpan<CashDividend> dividends) =>
        dividends.IsEmpty ? terms : terms.With(terms.Spot - CashDividend.PresentValue(dividends, terms.Rate, 0, terms.Years));

    /// <summary>Greeks at a spot as quoted: what is escrowed of it grows day by day, and is worth less at a higher rate.</summary>
    private static Greeks OfQuotedSpot(in Greeks escrowed, in OptionTerms terms, ReadOnlySpan<CashDividend> dividends)
    {
        if (dividends.IsEmpty)
            return escrowed;

        var growth = terms.Rate * CashDividend.PresentValue(dividends, terms.Rate, 0, terms.Years);
        var fall = 0.0;
        foreach (var dividend in dividends)
        {
            if (dividend.Years > 0 && dividend.Years <= terms.Years)
                fall += dividend.Years * dividend.Amount * Math.Exp(-terms.Rate * dividend.Years);
        }

        return escrowed with
        {
            Theta = escrowed.Theta - (growth * escrowed.Delta / Options.Greeks.DaysInYear),
            Rho = escrowed.Rho + (fall * escrowed.Delta * Options.Greeks.PerPoint),
        };
    }
}
