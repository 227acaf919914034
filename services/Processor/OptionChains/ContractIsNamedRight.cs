using System.Globalization;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market.Options;
using StocksDapr.Processor.Rules;

namespace StocksDapr.Processor.OptionChains;

/// <summary>The contract's symbol is one, and says the same expiry, type and strike as the fields beside it. The strike is above zero.</summary>
internal sealed class ContractIsNamedRight : IQuoteRule
{
    public const string NoContract = "not-a-contract";
    public const string StrikeNotPositive = "strike-not-positive";
    public const string Mismatch = "contract-mismatch";

    private const int MostShown = 40;

    public Violation? Check(RawOptionQuote quote, DateTimeOffset quotedAt)
    {
        if (!OptionContract.TryParse(quote.Contract, out var named))
            return new Violation(NoContract, $"'{Shorten(quote.Contract)}' is no option symbol, such as AAPL260320C00250000.");
        if (!(quote.Strike > 0) || named.Strike <= 0)
            return new Violation(StrikeNotPositive, string.Create(CultureInfo.InvariantCulture, $"strike {quote.Strike} of {quote.Contract} is not above zero."));

        return named.Expiry == quote.Expiry && named.Type == quote.Type && Math.Abs(named.Strike - quote.Strike) < 0.0006
            ? null
            : new Violation(
                Mismatch,
                string.Create(CultureInfo.InvariantCulture, $"{quote.Contract} does not name a {Name(quote.Type)} of {quote.Expiry:yyyy-MM-dd} with strike {quote.Strike}."));
    }

    private static string Name(OptionType type) => type == OptionType.Call ? "call" : "put";

    private static string Shorten(string? text) => text is null ? "" : text.Length <= MostShown ? text : string.Concat(text.AsSpan(0, MostShown), "…");
}
