using StocksDapr.Contracts.Messages;
using StocksDapr.Market;
using StocksDapr.Market.Options;

namespace StocksDapr.Processor.OptionChains;

/// <summary>
/// What a chain says about itself: the price of the underlying and what holding it yields up to each expiry. The yield is the one that makes calls
/// and puts at the money agree (put-call parity), so that dividends, borrow fees and an underlying quoted a moment earlier are all in it.
/// </summary>
internal sealed class ChainMarket
{
    /// <summary>Strikes nearest to the money from which the yield of an expiry is taken: their median is one quote's error away from the truth at most.</summary>
    private const int MostPairs = 5;

    /// <summary>A yield or fee beyond this is a bad quote.</summary>
    private const double MostYield = 0.5;

    /// <summary>Below a day a cent of spread would be a yield of several per cent.</summary>
    private const double LeastYears = 1.0 / 365;

    private readonly SortedDictionary<DateOnly, ExpiryMarket> _expiries = [];

    public ChainMarket(DateTimeOffset at, double? underlyingPrice, IEnumerable<RawOptionQuote> quotes, ExchangeCalendar calendar, RateCurve rates)
    {
        Quotes = [.. quotes.Select(quote => new ChainQuote(quote)).OrderBy(quote => quote.Said.Expiry).ThenBy(quote => quote.Said.Strike).ThenBy(quote => quote.Said.Type)
            .ThenBy(quote => quote.Said.Contract, StringComparer.Ordinal)];
        Spot = underlyingPrice;
        foreach (var ofExpiry in Quotes.GroupBy(quote => quote.Said.Expiry))
        {
            var years = OptionTime.YearsToExpiry(at, ofExpiry.Key, calendar);
            _expiries.Add(ofExpiry.Key, new ExpiryMarket(years, rates.At(years)));
        }

        FindYields();
    }

    /// <summary>In order of expiry, strike, type.</summary>
    public IReadOnlyList<ChainQuote> Quotes { get; }

    /// <summary>What the underlying costs: said, or implied by the nearest expiry that has quotes enough; null when nothing tells.</summary>
    public double? Spot { get; private set; }

    public ExpiryMarket Expiry(DateOnly expiry) => _expiries[expiry];

    /// <summary>Implied volatility and Greeks of a quote; null when it has not both sides, or no volatility explains them.</summary>
    public OptionValuation? Value(ChainQuote quote)
    {
        if (quote.Mid is not { } mid || Spot is not { } spot)
            return null;

        var (type, strike, series) = (quote.Said.Type, quote.Said.Strike, _expiries[quote.Said.Expiry].Series);
        if (series.ImpliedVolatility(type, spot, strike, mid).Value is not { } volatility)
            return null;

        // A price that only an absurd volatility explains may have Greeks beyond what a double holds; they could not even be written as JSON.
        var greeks = series.Greeks(type, spot, strike, volatility);
        return double.IsFinite(greeks.Delta + greeks.Gamma + greeks.Vega + greeks.Theta + greeks.Rho)
            ? new OptionValuation(volatility, greeks.Delta, greeks.Gamma, greeks.Vega, greeks.Theta, greeks.Rho)
            : null;
    }

    private void FindYields()
    {
        double? last = null;
        foreach (var (day, expiry) in _expiries)
        {
            if (expiry.Years < LeastYears)
                continue;

            if (PresentSpot(day, expiry) is { } present)
            {
                Spot ??= present;
                var yield = Math.Log(Spot.Value / present) / expiry.Years;
                last = Math.Abs(yield) <= MostYield ? yield : last;
            }

            expiry.Yield = last ?? 0;
        }
    }

    /// <summary>The underlying delivered at expiry and paid for now, as pairs of calls and puts near the money have it; null without such pairs.</summary>
    private double? PresentSpot(DateOnly day, ExpiryMarket expiry)
    {
        var pairs = Quotes.Where(quote => quote.Said.Expiry == day && quote.Mid is not null).GroupBy(quote => quote.Said.Strike)
            .Select(ofStrike => (
                Strike: ofStrike.Key,
                Call: ofStrike.FirstOrDefault(quote => quote.Said.Type == OptionType.Call)?.Mid,
                Put: ofStrike.FirstOrDefault(quote => quote.Said.Type == OptionType.Put)?.Mid))
            .Where(pair => pair.Call is not null && pair.Put is not null)
            .Select(pair => (pair.Strike, Call: pair.Call!.Value, Put: pair.Put!.Value))
            .OrderBy(pair => Math.Abs(pair.Call - pair.Put))
            .Take(MostPairs)
            .ToList();
        var presents = pairs.Select(pair => pair.Call - pair.Put + (pair.Strike * Math.Exp(-expiry.Rate * expiry.Years))).Where(present => present > 0).Order().ToList();
        if (presents.Count == 0)
            return null;

        // Parity holds for European options. What the right to exercise early adds to the put and the call at the money is known well enough after a first round.
        var present = presents[presents.Count / 2];
        var (strike, call, _) = pairs[0];
        var spot = Spot ?? present;
        var guess = new OptionTerms(OptionType.Call, spot, strike, expiry.Years, expiry.Rate, Math.Log(spot / present) / expiry.Years);
        if (ImpliedVolatility.OfEuropean(guess, call).Value is not { } volatility)
            return present;

        var corrected = present + Premium(guess, OptionType.Put, volatility) - Premium(guess, OptionType.Call, volatility);
        return corrected > 0 && double.IsFinite(corrected) ? corrected : present;
    }

    private static double Premium(OptionTerms guess, OptionType type, double volatility)
    {
        var terms = new OptionTerms(type, guess.Spot, guess.Strike, guess.Years, guess.Rate, guess.Yield);
        return American.Price(terms, volatility) - BlackScholes.Price(terms, volatility);
    }
}

/// <summary>What holds for all contracts of one expiry.</summary>
internal sealed class ExpiryMarket(double years, double rate)
{
    private AmericanSeries? _series;

    /// <summary>Time to expiry in years of 365 days.</summary>
    public double Years { get; } = years;

    /// <summary>Risk-free, continuously compounded.</summary>
    public double Rate { get; } = rate;

    /// <summary>What holding the underlying yields, continuously compounded.</summary>
    public double Yield
    {
        get;
        set => (field, _series) = (value, null);
    }

    /// <summary>Prices of its contracts.</summary>
    public AmericanSeries Series => _series ??= new AmericanSeries(Years, Rate, Yield);
}

/// <summary>A quote and the middle of its sides.</summary>
internal sealed class ChainQuote(RawOptionQuote said)
{
    public RawOptionQuote Said { get; } = said;

    /// <summary>Null without both sides, or when they are crossed.</summary>
    public double? Mid { get; } = said is { Bid: { } bid, Ask: { } ask } && bid <= ask ? (bid + ask) / 2 : null;

    public bool IsCrossed => Said.Bid > Said.Ask;
}
