namespace StocksDapr.Query.OptionChains;

/// <summary>A chain as it was quoted at one instant.</summary>
/// <param name="QuotedAt">Of when the quotes are, UTC.</param>
/// <param name="AgeSeconds">How long ago that was, of <c>asOf</c> how long before it.</param>
/// <param name="UnderlyingPrice">As the provider said it; null when it did not.</param>
/// <param name="Spot">What volatilities and Greeks were computed with: the provider's price, or the one that put-call parity implies.</param>
/// <param name="Next">The cursor of the next page, which is of the same instant; null if this is the last.</param>
internal sealed record ChainAnswer(
    string Symbol, DateTimeOffset QuotedAt, double AgeSeconds, string Source, double? UnderlyingPrice, double? Spot, IReadOnlyList<ContractQuote> Contracts, string? Next);

/// <summary>The quote of one contract. What there is no quote for is null, never zero.</summary>
/// <param name="Contract">The OCC symbol, without blanks.</param>
/// <param name="Type">call or put.</param>
/// <param name="Mid">The middle of bid and ask; null without both, or when they are crossed.</param>
/// <param name="LastTradeAgeSeconds">How long before the quote the last trade was.</param>
/// <param name="Volume">Contracts traded in the session.</param>
/// <param name="OpenInterest">Contracts open at the end of the session before.</param>
/// <param name="ImpliedVolatility">Ours, of the middle: a year's, 0.25 for 25 %; null when no volatility explains the middle.</param>
/// <param name="Delta">For 1 of the underlying.</param>
/// <param name="Gamma">Of delta, for 1 of the underlying.</param>
/// <param name="Vega">For one percentage point of volatility.</param>
/// <param name="Theta">For one calendar day.</param>
/// <param name="Rho">For one percentage point of the risk-free rate.</param>
/// <param name="VendorImpliedVolatility">As the provider says it.</param>
internal sealed record ContractQuote(
    string Contract,
    string Type,
    DateOnly Expiry,
    double Strike,
    double? Bid,
    double? Ask,
    double? Mid,
    double? Last,
    DateTimeOffset? LastTradeAt,
    double? LastTradeAgeSeconds,
    long? Volume,
    long? OpenInterest,
    float? ImpliedVolatility,
    float? Delta,
    float? Gamma,
    float? Vega,
    float? Theta,
    float? Rho,
    double? VendorImpliedVolatility,
    DateTimeOffset QuotedAt,
    string Source);

/// <summary>The quotes of one contract over time, ascending.</summary>
internal sealed record ContractHistory(
    string Contract, string Symbol, string Type, DateOnly Expiry, double Strike, IReadOnlyList<ContractQuote> Quotes, string? Next);

/// <summary>The expiries of the latest chain, each with what it says about the underlying.</summary>
/// <param name="All">Of all expiries together.</param>
internal sealed record ExpiriesAnswer(
    string Symbol, DateTimeOffset QuotedAt, double AgeSeconds, string Source, double? UnderlyingPrice, double? Spot, PutCallRatios All, IReadOnlyList<ExpiryItem> Expiries);

/// <summary>One expiry of a chain.</summary>
/// <param name="ExpiresAt">When trading in its contracts ends, UTC.</param>
/// <param name="Days">From the quote until then, in days.</param>
/// <param name="AtTheMoney">The strike nearest to the spot of which both sides are quoted; null when there is none.</param>
/// <param name="ImpliedVolatility">Of that strike, the mean of call and put.</param>
internal sealed record ExpiryItem(
    DateOnly Expiry, DateTimeOffset ExpiresAt, double Days, int Contracts, double? AtTheMoney, double? ImpliedVolatility, ImpliedMove? ImpliedMove, PutCallRatios PutCall);

/// <summary>How far the market expects the underlying to move until an expiry.</summary>
/// <param name="Straddle">Call and put at the money together, per share: what a move must exceed for its buyer to earn.</param>
/// <param name="StraddleShare">The same as a share of the spot: 0.05 for 5 %.</param>
/// <param name="VolatilityShare">One standard deviation by the implied volatility, as a share of the spot.</param>
internal sealed record ImpliedMove(double Straddle, double StraddleShare, double? VolatilityShare);

/// <summary>Puts for each call.</summary>
/// <param name="ByVolume">Null when no volume is known, or no call traded.</param>
/// <param name="ByOpenInterest">Null when no open interest is known, or no call is open.</param>
internal sealed record PutCallRatios(
    long? CallVolume, long? PutVolume, double? ByVolume, long? CallOpenInterest, long? PutOpenInterest, double? ByOpenInterest)
{
    public static PutCallRatios Of(IReadOnlyCollection<ContractQuote> quotes)
    {
        var (callVolume, putVolume) = (Sum(quotes, "call", quote => quote.Volume), Sum(quotes, "put", quote => quote.Volume));
        var (callOpen, putOpen) = (Sum(quotes, "call", quote => quote.OpenInterest), Sum(quotes, "put", quote => quote.OpenInterest));
        return new PutCallRatios(callVolume, putVolume, Ratio(putVolume, callVolume), callOpen, putOpen, Ratio(putOpen, callOpen));
    }

    private static long? Sum(IEnumerable<ContractQuote> quotes, string type, Func<ContractQuote, long?> value)
    {
        var known = quotes.Where(quote => quote.Type == type).Select(value).OfType<long>().ToList();
        return known.Count == 0 ? null : known.Sum();
    }

    private static double? Ratio(long? puts, long? calls) => calls > 0 && puts is not null ? Math.Round((double)puts.Value / calls.Value, 6) : null;
}
