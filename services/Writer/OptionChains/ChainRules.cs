using StocksDapr.Contracts.Messages;
using StocksDapr.Market;
using StocksDapr.Market.Options;
using StocksDapr.Writer.Subscriptions;

namespace StocksDapr.Writer.OptionChains;

/// <summary>What a chain must be to be stored. Processor delivers no other; one that is not so goes to the dead letters.</summary>
internal static class ChainRules
{
    private static readonly DateTimeOffset Earliest = new(1973, 4, 26, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Clocks differ by seconds, not by days.</summary>
    private static readonly TimeSpan Tolerance = TimeSpan.FromDays(1);

    /// <summary>What is wrong with it, null if nothing is.</summary>
    public static string? Unacceptable(CleanOptionChain message, DateTimeOffset now)
    {
        if (message.Version != CleanOptionChain.Schema)
            return $"The message has schema {message.Version}; this reader knows {CleanOptionChain.Schema}.";
        if (FetchTime.Unacceptable(message.Provenance, now) is { } reason)
            return reason;
        if (!Symbol.IsValid(message.Underlying))
            return "'underlying' is missing or not a symbol.";

        // Options have been traded on an exchange since the spring of 1973.
        if (message.QuotedAt < Earliest || message.QuotedAt > now + Tolerance)
            return $"'quotedAt' is {message.QuotedAt:O}, which is missing or in the future.";
        if (message.Quotes is null || message.Quarantined is null || message.Findings is null)
            return "'quotes', 'quarantined' and 'findings' are arrays.";
        if (message.Quotes.Any(quote => quote?.Quote is not { } said || !OptionContract.TryParse(said.Contract, out _) || !(said.Strike > 0)))
            return "'quotes' are quotes of contracts, each with its symbol and a strike above zero.";
        return message.Quarantined.Any(broken => broken is not { Rule: not null, Detail: not null, Quote.Contract: not null })
            || message.Findings.Any(finding => finding is not { Rule: not null, Detail: not null })
            ? "What is quarantined has rule, detail and quote, a finding rule and detail."
            : null;
    }
}
