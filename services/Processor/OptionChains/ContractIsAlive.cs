using System.Globalization;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;
using StocksDapr.Processor.Rules;

namespace StocksDapr.Processor.OptionChains;

/// <summary>
/// A contract is quoted up to the day on which it expires, that of New York; vendors keep it in their lists for days. None lives longer than 20 years
/// (exchanges list three years ahead).
/// </summary>
internal sealed class ContractIsAlive : IQuoteRule
{
    public const string Expired = "contract-expired";
    public const string TooFar = "expiry-too-far";

    private const int MostYears = 20;

    public Violation? Check(RawOptionQuote quote, DateTimeOffset quotedAt)
    {
        // The symbols of old had the Saturday after the last day of trading.
        var day = NewYorkTime.DateAt(quotedAt);
        if (quote.Expiry < day)
            return new Violation(Expired, string.Create(CultureInfo.InvariantCulture, $"{quote.Contract} expired on {quote.Expiry:yyyy-MM-dd}, before the quote."));
        return quote.Expiry.Year - day.Year <= MostYears
            ? null
            : new Violation(TooFar, string.Create(CultureInfo.InvariantCulture, $"{quote.Contract} would expire on {quote.Expiry:yyyy-MM-dd}, in more than {MostYears} years."));
    }
}
