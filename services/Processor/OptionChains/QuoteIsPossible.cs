using System.Globalization;
using StocksDapr.Contracts.Messages;
using StocksDapr.Processor.Rules;

namespace StocksDapr.Processor.OptionChains;

/// <summary>Nothing is negative or beyond what exists, and no trade is later than the quote says it was taken.</summary>
internal sealed class QuoteIsPossible : IQuoteRule
{
    public const string Negative = "negative-value";
    public const string TooLarge = "value-too-large";
    public const string TradeInTheFuture = "trade-in-the-future";

    private const double PriceLimit = 1e9;

    /// <summary>More contracts than were ever open of all series together.</summary>
    private const double CountLimit = 1e10;

    /// <summary>A volatility of 100,000 %: vendors' searches end far below it.</summary>
    private const double VolatilityLimit = 1_000;

    private static readonly TimeSpan ClocksDiffer = TimeSpan.FromDays(1);

    public Violation? Check(RawOptionQuote quote, DateTimeOffset quotedAt) =>
        Check("bid", quote.Bid, PriceLimit) ?? Check("ask", quote.Ask, PriceLimit) ?? Check("last", quote.Last, PriceLimit)
        ?? Check("volume", quote.Volume, CountLimit) ?? Check("open interest", quote.OpenInterest, CountLimit)
        ?? Check("implied volatility", quote.ImpliedVolatility, VolatilityLimit) ?? Trade(quote, quotedAt);

    private static Violation? Check(string name, double? value, double limit) => value switch
    {
        null or 0 => null,
        > 0 when value < limit => null,
        > 0 => new Violation(TooLarge, string.Create(CultureInfo.InvariantCulture, $"{name} {value} is not below {limit}.")),
        _ => new Violation(Negative, string.Create(CultureInfo.InvariantCulture, $"{name} {value} is not a number from zero.")),
    };

    private static Violation? Trade(RawOptionQuote quote, DateTimeOffset quotedAt) =>
        quote.LastTradeAt is { } trade && trade - quotedAt > ClocksDiffer
            ? new Violation(TradeInTheFuture, string.Create(CultureInfo.InvariantCulture, $"The last trade, {trade.UtcDateTime:u}, had not come when it was quoted, {quotedAt.UtcDateTime:u}."))
            : null;
}
