namespace StocksDapr.Market.Options;

/// <summary>What the right to exercise early may bring, as far as it can be told without a price.</summary>
internal static class EarlyExercise
{
    /// <summary>Premiums below this share of the strike are not looked for: a fiftieth of a cent on a strike of 100.</summary>
    private const double Negligible = 2e-6;

    /// <summary>
    /// Whether the right to exercise early can be worth anything: of a call when holding the share pays, of a put when holding the strike pays.
    /// </summary>
    public static bool Matters(in OptionTerms terms, double volatility, ReadOnlySpan<CashDividend> dividends = default)
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

    /// <summary>Whether it can be worth anything at any volatility.</summary>
    public static bool MayMatter(in OptionTerms terms) => MostGain(terms) > Negligible * terms.Strike;

    /// <summary>Why no volatility can explain a price; null when one may.</summary>
    public static NoVolatility? Refuse(in OptionTerms terms, in OptionTerms escrowed, ReadOnlySpan<CashDividend> dividends, double price)
    {
        if (!double.IsFinite(price))
            return NoVolatility.NotANumber;
        if (terms.Years <= 0)
            return NoVolatility.Expired;

        var least = Math.Max(terms.Intrinsic, Math.Max(ForSure(escrowed, dividends), BlackScholes.Price(escrowed, 0)));
        return Options.ImpliedVolatility.Judge(price, least, terms.Type == OptionType.Call ? terms.Spot : terms.Strike);
    }

    /// <summary>What the best moment to exercise brings that is fixed in advance: now, or just before or after a dividend.</summary>
    public static double ForSure(in OptionTerms escrowed, ReadOnlySpan<CashDividend> dividends)
    {
        var best = Math.Max(At(escrowed, dividends, 0), 0);

        // With a yield there is a moment from which on it brings less than the strike's interest.
        var turn = Math.Log(escrowed.Yield * escrowed.Spot / (escrowed.Rate * escrowed.Strike)) / (escrowed.Yield - escrowed.Rate);
        if (turn > 0 && turn < escrowed.Years)
            best = Math.Max(best, At(escrowed, dividends, turn));
        foreach (var dividend in dividends)
        {
            if (dividend.Years > 0 && dividend.Years <= escrowed.Years)
                best = Math.Max(best, Math.Max(At(escrowed, dividends, Math.BitDecrement(dividend.Years)), At(escrowed, dividends, dividend.Years)));
        }

        return best;
    }

    private static double At(in OptionTerms escrowed, ReadOnlySpan<CashDividend> dividends, double time)
    {
        var discount = Math.Exp(-escrowed.Rate * time);
        var spot = (escrowed.Spot * Math.Exp(-escrowed.Yield * time)) + (discount * CashDividend.PresentValue(dividends, escrowed.Rate, time, escrowed.Years));
        return escrowed.Sign * (spot - (escrowed.Strike * discount));
    }
}
