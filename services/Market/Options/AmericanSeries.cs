namespace StocksDapr.Market.Options;

/// <summary>
/// American options on one underlying that expire together: the European price plus the premium for early exercise, which is computed for all strikes at once
/// (<see cref="PremiumSurface"/>). Where that does not carry (cash dividends, rates that make none or more than one exercise boundary, volatilities
/// below 1 % or beyond 1,000 %) each contract has its own tree. Prices are right to 2 parts in 100,000 of the strike, mostly to 1 in a million; those of
/// a tree mostly to 5 in 100,000, where rates are high and the time long to 1 in 1,000.
/// </summary>
public sealed class AmericanSeries
{
    /// <summary>Of the last step, as a share of the volatility; the error after a step of Newton's is about its square.</summary>
    private const double Precision = 1e-6;

    private const double GuessPrecision = 0.03;
    private const double UsualVolatility = 0.3;
    private const int MostSteps = 60;

    private readonly OptionTerms _unit;
    private readonly CashDividend[] _dividends;
    private readonly PremiumSurfaces? _calls;
    private readonly PremiumSurfaces? _puts;

    /// <param name="years">Time to expiry in years of 365 days.</param>
    /// <param name="rate">Risk-free rate up to the expiry, continuously compounded.</param>
    /// <param name="yield">What holding the underlying yields, continuously compounded.</param>
    /// <param name="dividends">Known cash dividends.</param>
    public AmericanSeries(double years, double rate, double yield, ReadOnlySpan<CashDividend> dividends = default)
    {
        (_unit, _dividends) = (new OptionTerms(OptionType.Call, 1, 1, years, rate, yield), dividends.ToArray());
        if (dividends.IsEmpty)
            (_calls, _puts) = (Surfaces(OptionType.Call), Surfaces(OptionType.Put));
    }

    /// <exception cref="ArgumentOutOfRangeException">The volatility is negative or not a number; the dividends are worth more than the share.</exception>
    public double Price(OptionType type, double spot, double strike, double volatility)
    {
        BlackScholes.Check(volatility);
        var terms = _unit.Of(type, spot, strike);
        return Side(type)?.PriceAt(terms, volatility) is { } premium
            ? Math.Max(BlackScholes.Price(terms, volatility) + premium.Price, terms.Intrinsic)
            : AmericanByTree.Price(terms, volatility, _dividends);
    }

    /// <summary>The price and all Greeks.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The volatility is negative or not a number; the dividends are worth more than the share.</exception>
    public Greeks Greeks(OptionType type, double spot, double strike, double volatility)
    {
        BlackScholes.Check(volatility);
        var terms = _unit.Of(type, spot, strike);
        if (Side(type)?.At(terms, volatility, out var exercisedNow) is not { } premium)
            return AmericanByTree.Greeks(terms, volatility, _dividends);

        // Beside the boundary less than rounding decides.
        var european = BlackScholes.Greeks(terms, volatility);
        if (exercisedNow && european.Price <= terms.Intrinsic)
            return new Greeks(terms.Intrinsic, terms.Sign, 0, 0, 0, 0);

        var greeks = AmericanByTree.WithPremium(terms, volatility, european, premium);
        return greeks with { Price = Math.Max(greeks.Price, terms.Intrinsic) };
    }

    /// <summary>The volatility that explains a price.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The dividends are worth more than the share.</exception>
    public ImpliedVolatility ImpliedVolatility(OptionType type, double spot, double strike, double price)
    {
        var terms = _unit.Of(type, spot, strike);
        if (Side(type) is not { } side)
            return AmericanByTree.ImpliedVolatility(terms, price, _dividends);
        if (EarlyExercise.Refuse(terms, terms, default, price) is { } refused)
            return refused;
        return Solve(terms, side, price) ?? AmericanByTree.ImpliedVolatility(terms, price, default);
    }

    /// <summary>
    /// Newton's steps, kept between what is known to enclose the root. In the money it is the root of the time value that they bring to its place: the time
    /// value itself leaves the exercise boundary with no slope at all.
    /// </summary>
    private static double? Solve(in OptionTerms terms, PremiumSurfaces side, double price)
    {
        var intrinsic = terms.Intrinsic;
        var (low, high, volatility) = (0.0, double.PositiveInfinity, Guess(terms, price));
        var wanted = intrinsic > 0 ? Math.Sqrt(price - intrinsic) : price;
        for (var i = 0; i < MostSteps; i++)
        {
            if (side.PriceAt(terms, volatility) is not { } premium)
                return null;

            var european = BlackScholes.Greeks(terms, volatility);
            var value = Math.Max(european.Price + premium.Price, intrinsic);
            var slope = (european.Vega / Options.Greeks.PerPoint) + premium.Slope;
            var excess = value - wanted;
            if (intrinsic > 0)
            {
                var root = Math.Sqrt(value - intrinsic);
                (excess, slope) = (root - wanted, root > 0 ? slope / (2 * root) : 0);
            }

            if (excess < 0)
                low = volatility;
            else
                high = volatility;

            var next = volatility - (excess / slope);
            if (Math.Abs(next - volatility) <= Precision * volatility)
                return next;
            if (high - low <= Precision * Precision * low)
                return high;
            volatility = double.IsPositiveInfinity(high) ? (next > low ? Math.Min(next, 2 * volatility) : 2 * volatility) : next > low && next < high ? next : (low + high) / 2;
        }

        return volatility;
    }

    /// <summary>
    /// Out of the money a European contract's volatility, which is only a little more. In the money a price may be more than a European contract's can be;
    /// what it is above the intrinsic value is about that of an option without rates.
    /// </summary>
    private static double Guess(in OptionTerms terms, double price)
    {
        var european = terms.Intrinsic > 0 ? new OptionTerms(terms.Type, terms.Spot, terms.Strike, terms.Years, 0) : terms;
        return Options.ImpliedVolatility.OfEuropean(european, price, GuessPrecision).Value ?? UsualVolatility;
    }

    private PremiumSurfaces? Surfaces(OptionType type) =>
        EarlyExercise.MayMatter(_unit.Of(type, 1, 1)) ? new PremiumSurfaces(type, _unit) : null;

    private PremiumSurfaces? Side(OptionType type) => type == OptionType.Call ? _calls : _puts;
}
