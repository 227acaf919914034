namespace StocksDapr.Market.Options;

/// <summary>
/// American options, as those on US shares are: the European price plus the premium for early exercise, from a binomial tree. Cash dividends are
/// escrowed: the <see cref="OptionTerms.Spot"/> given here is the price as quoted, and dividends up to the expiry are taken off it.
/// </summary>
public static class American
{
    private const double VolatilityBump = 1e-3;
    private const double RateBump = 1e-3;
    private const double Precision = 1e-10;
    private const int MostSteps = 60;

    /// <summary>Premiums below this share of the strike are not looked for: a fiftieth of a cent on a strike of 100.</summary>
    private const double Negligible = 2e-6;

    /// <summary>
    /// Whether the right to exercise early can be worth anything: of a call when holding the share pays, of a put when holding the strike pays.
    /// </summary>
    public static bool EarlyExerciseMatters(in OptionTerms terms, double volatility, ReadOnlySpan<CashDividend> dividends = default)
    {
        if (terms.Years <= 0)
            return false;

        // Early exercise brings what there is to earn by then at most; and out of the money only if it comes to that, of which the exercise at expiry
        // is a measure (Kim 1990 has the premium as the integral over all earlier moments).
        var gain = MostGain(terms) + (terms.Type == OptionType.Call ? CashDividend.PresentValue(dividends, terms.Rate, 0, terms.Years) : 0);
        if (gain <= Negligible * terms.Strike)
            return false;

        var deviation = volatility * Math.Sqrt(terms.Years);
        if (deviation == 0)
            return true;

        // The drift may bring it into the money on the way and out of it again, so that the likelier end counts.
        var least = Math.Min(terms.Sign * (Math.Log(terms.Strike / terms.Spot)), terms.Sign * Math.Log(terms.PresentStrike / terms.PresentSpot)) / deviation;
        return gain * Normal.Cumulative(-least + (deviation / 2)) > Negligible * terms.Strike;
    }

    /// <summary>
    /// A put's holder who exercises has the strike, which earns the rate, instead of the share, which yields; a call's the other way round. A rate or yield
    /// below zero is saved by giving away what costs it. Nothing is gained where the one earns nothing and the other costs no more than it.
    /// </summary>
    private static double MostGain(in OptionTerms terms)
    {
        var (earned, given) = terms.Type == OptionType.Put ? (terms.Rate, terms.Yield) : (terms.Yield, terms.Rate);
        if (earned <= 0 && given >= earned)
            return 0;
        var got = terms.Type == OptionType.Put ? terms.Strike : terms.Spot;
        return (got * (1 - Math.Exp(-Math.Max(earned, 0) * terms.Years))) + (terms.Strike * (Math.Exp(Math.Max(-given, 0) * terms.Years) - 1));
    }

    /// <summary>Whether early exercise can be worth anything at any volatility.</summary>
    internal static bool ExerciseMayPay(in OptionTerms terms) => MostGain(terms) > Negligible * terms.Strike;

    /// <param name="terms">The option, with the spot as quoted.</param>
    /// <param name="volatility">A year's: 0.25 for 25 %.</param>
    /// <param name="dividends">Known cash dividends.</param>
    /// <param name="steps">Steps of the tree, 7 to 2,001.</param>
    /// <exception cref="ArgumentOutOfRangeException">The volatility is negative or not a number; the dividends are worth more than the share.</exception>
    public static double Price(
        in OptionTerms terms, double volatility, ReadOnlySpan<CashDividend> dividends = default, int steps = AmericanTree.DefaultSteps)
    {
        BlackScholes.Check(volatility);
        return Value(Escrow(terms, dividends), volatility, dividends, steps);
    }

    /// <summary>The price and all Greeks.</summary>
    /// <param name="terms">The option, with the spot as quoted.</param>
    /// <param name="volatility">A year's: 0.25 for 25 %.</param>
    /// <param name="dividends">Known cash dividends.</param>
    /// <param name="steps">Steps of the tree, 7 to 2,001.</param>
    /// <exception cref="ArgumentOutOfRangeException">The volatility is negative or not a number; the dividends are worth more than the share.</exception>
    public static Greeks Greeks(
        in OptionTerms terms, double volatility, ReadOnlySpan<CashDividend> dividends = default, int steps = AmericanTree.DefaultSteps)
    {
        BlackScholes.Check(volatility);
        var escrowed = Escrow(terms, dividends);
        var european = BlackScholes.Greeks(escrowed, volatility);
        var decay = EscrowedDecay(terms, dividends) * european.Delta;
        if (!EarlyExerciseMatters(escrowed, volatility, dividends))
            return european with { Theta = european.Theta - decay };

        var premium = AmericanTree.Premium(escrowed, volatility, dividends, steps);
        if (premium.ExercisedNow)
            return new Greeks(terms.Intrinsic, terms.Sign, 0, 0, 0, 0);

        var bump = Math.Min(VolatilityBump, volatility / 2);
        var vega = (AmericanTree.Premium(escrowed, volatility + bump, dividends, steps).Value
            - AmericanTree.Premium(escrowed, volatility - bump, dividends, steps).Value) / (2 * bump);
        var rho = (AmericanTree.Premium(escrowed.WithRate(terms.Rate + RateBump), volatility, dividends, steps).Value
            - AmericanTree.Premium(escrowed.WithRate(terms.Rate - RateBump), volatility, dividends, steps).Value) / (2 * RateBump);
        var american = WithPremium(
            escrowed, volatility, european, new Greeks(premium.Value, premium.Delta, premium.Gamma, vega * Options.Greeks.PerPoint, 0, rho * Options.Greeks.PerPoint));
        return american with { Theta = american.Theta - (EscrowedDecay(terms, dividends) * american.Delta) };
    }

    /// <summary>An American option's Greeks from the European's and those of the premium, all but its theta: where it is not exercised, the price obeys the equation of Black and Scholes.</summary>
    internal static Greeks WithPremium(in OptionTerms terms, double volatility, in Greeks european, in Greeks premium)
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
        in OptionTerms terms, double price, ReadOnlySpan<CashDividend> dividends = default, int steps = AmericanTree.DefaultSteps)
    {
        var escrowed = Escrow(terms, dividends);
        if (Refuse(terms, escrowed, dividends, price) is { } refused)
            return refused;

        // A European contract is worth less, so that it needs more volatility for the same price.
        var european = Options.ImpliedVolatility.OfEuropean(escrowed, price);
        if (european.Value is { } enough && !EarlyExerciseMatters(escrowed, enough, dividends))
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

    /// <summary>Why no volatility can explain a price; null when one may.</summary>
    internal static NoVolatility? Refuse(in OptionTerms terms, in OptionTerms escrowed, ReadOnlySpan<CashDividend> dividends, double price)
    {
        if (!double.IsFinite(price))
            return NoVolatility.NotANumber;
        if (terms.Years <= 0)
            return NoVolatility.Expired;

        var least = Math.Max(terms.Intrinsic, Math.Max(ExercisedForSure(escrowed, dividends), BlackScholes.Price(escrowed, 0)));
        return Options.ImpliedVolatility.Judge(price, least, terms.Type == OptionType.Call ? terms.Spot : terms.Strike);
    }

    private static double Value(in OptionTerms escrowed, double volatility, ReadOnlySpan<CashDividend> dividends, int steps)
    {
        var european = BlackScholes.Price(escrowed, volatility);
        if (!EarlyExerciseMatters(escrowed, volatility, dividends))
            return european;

        var premium = AmericanTree.Premium(escrowed, volatility, dividends, steps);
        var sure = ExercisedForSure(escrowed, dividends);
        return premium.ExercisedNow ? sure : Math.Max(european + premium.Value, sure);
    }

    private static OptionTerms Escrow(in OptionTerms terms, ReadOnlySpan<CashDividend> dividends) =>
        dividends.IsEmpty ? terms : terms.With(terms.Spot - CashDividend.PresentValue(dividends, terms.Rate, 0, terms.Years));

    /// <summary>By how much what is escrowed grows in a day: as much less is left to the option.</summary>
    private static double EscrowedDecay(in OptionTerms terms, ReadOnlySpan<CashDividend> dividends) =>
        terms.Rate * CashDividend.PresentValue(dividends, terms.Rate, 0, terms.Years) / Options.Greeks.DaysInYear;

    /// <summary>What the best moment to exercise brings that is fixed in advance: now, or just before or after a dividend.</summary>
    private static double ExercisedForSure(in OptionTerms escrowed, ReadOnlySpan<CashDividend> dividends)
    {
        var best = Math.Max(ExercisedAt(escrowed, dividends, 0), 0);

        // With a yield there is a moment from which on it brings less than the strike's interest.
        var turn = Math.Log(escrowed.Yield * escrowed.Spot / (escrowed.Rate * escrowed.Strike)) / (escrowed.Yield - escrowed.Rate);
        if (turn > 0 && turn < escrowed.Years)
            best = Math.Max(best, ExercisedAt(escrowed, dividends, turn));
        foreach (var dividend in dividends)
        {
            if (dividend.Years > 0 && dividend.Years <= escrowed.Years)
                best = Math.Max(best, Math.Max(ExercisedAt(escrowed, dividends, Math.BitDecrement(dividend.Years)), ExercisedAt(escrowed, dividends, dividend.Years)));
        }

        return best;
    }

    private static double ExercisedAt(in OptionTerms escrowed, ReadOnlySpan<CashDividend> dividends, double time)
    {
        var discount = Math.Exp(-escrowed.Rate * time);
        var spot = (escrowed.Spot * Math.Exp(-escrowed.Yield * time)) + (discount * CashDividend.PresentValue(dividends, escrowed.Rate, time, escrowed.Years));
        return escrowed.Sign * (spot - (escrowed.Strike * discount));
    }
}
