using System.Globalization;
using Microsoft.Extensions.Options;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;
using StocksDapr.Market.Options;
using StocksDapr.Processor.Cleaning;
using StocksDapr.Processor.Rules;

namespace StocksDapr.Processor.OptionChains;

/// <summary>
/// Turns a chain as a provider said it into what may be stored. Every quote of the raw message ends in exactly one place: among the quotes, in
/// quarantine with the rule that it broke, or counted as a repetition. No value is changed but for zeros that mean that there is none.
/// </summary>
internal sealed class ChainCleaner(ExchangeCalendar calendar, IOptions<OptionsSettings> settings)
{
    /// <summary>Yahoo says 1e-05 where it has no quote to imply one from; no share is that calm.</summary>
    private const double LeastVolatility = 0.001;

    private readonly IQuoteRule[] _rules = [new ContractIsNamedRight(), new ContractIsAlive(), new QuoteIsPossible()];

    private readonly RateCurve? _rates = settings.Value.Curve();

    /// <summary>Why the message as a whole cannot be understood; null when it can.</summary>
    public static string? Unreadable(RawOptionChain chain)
    {
        if (chain.Version != RawOptionChain.Schema)
            return $"The message has schema {chain.Version}; this reader knows {RawOptionChain.Schema}.";
        if (!Symbol.IsValid(chain.Underlying))
            return "'underlying' is missing or not a symbol.";
        if (chain.Provenance is not { Provider.Length: > 0, RequestId.Length: > 0 })
            return "'provenance' needs provider, requestId and fetchedAt.";
        if (chain.Contracts is not { Count: > 0 and <= RawOptionChain.MaxContracts } || chain.Contracts.Any(quote => quote is not { Contract: not null }))
            return $"'contracts' are 1 to {RawOptionChain.MaxContracts} quotes, each with a contract.";
        return chain.QuotedAt.Year is >= 1973 and < 2100 ? null : "'quotedAt' is missing or no time at which options were traded.";
    }

    public CleanOptionChain Clean(RawOptionChain raw)
    {
        var quotes = new Dictionary<string, RawOptionQuote>(raw.Contracts.Count, StringComparer.Ordinal);
        var quarantined = new List<QuarantinedOptionQuote>();
        var repeated = 0;
        foreach (var said in raw.Contracts)
        {
            if (Judge(said, raw.QuotedAt) is { } broken)
            {
                quarantined.Add(broken);
                continue;
            }

            var quote = WithoutZeros(said);
            if (quotes.TryAdd(quote.Contract, quote))
                continue;
            if (quotes[quote.Contract] == quote)
                repeated++;
            else
                quarantined.Add(new QuarantinedOptionQuote(Cleaner.ConflictingDuplicate, $"{quote.Contract} was there before with other values.", said));
        }

        var price = raw.UnderlyingPrice is >= 1e-6 and < 1e9 ? raw.UnderlyingPrice : null;
        var market = new ChainMarket(
            raw.QuotedAt, price, quotes.Values, calendar, _rates ?? FederalFunds.On(NewYorkTime.DateAt(raw.QuotedAt)));
        return new CleanOptionChain(
            raw.Underlying, raw.QuotedAt, raw.Provenance, price, market.Spot,
            [.. market.Quotes.Select(quote => new CleanOptionQuote(quote.Said, market.Value(quote)))], quarantined, [.. ChainRules.Findings(market)])
        {
            Repeated = repeated,
        };
    }

    private QuarantinedOptionQuote? Judge(RawOptionQuote quote, DateTimeOffset quotedAt)
    {
        Violation? first = null;
        string? detail = null;
        foreach (var rule in _rules)
        {
            if (rule.Check(quote, quotedAt) is not { } violation)
                continue;
            detail = first is null ? violation.Detail : string.Create(CultureInfo.InvariantCulture, $"{detail} {violation.Detail}");
            first ??= violation;
        }

        return first is null ? null : new QuarantinedOptionQuote(first.Rule, detail!, quote);
    }

    private static RawOptionQuote WithoutZeros(RawOptionQuote quote) => quote with
    {
        Contract = quote.Contract.Replace(" ", "", StringComparison.Ordinal),
        Bid = quote.Bid is 0 ? null : quote.Bid,
        Ask = quote.Ask is 0 ? null : quote.Ask,
        Last = quote.Last is 0 ? null : quote.Last,
        ImpliedVolatility = quote.ImpliedVolatility < LeastVolatility ? null : quote.ImpliedVolatility,
    };
}
