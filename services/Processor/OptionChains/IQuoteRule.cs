using StocksDapr.Contracts.Messages;
using StocksDapr.Processor.Rules;

namespace StocksDapr.Processor.OptionChains;

/// <summary>One thing that must be true of a quote. A rule looks at one quote and knows nothing of the others.</summary>
internal interface IQuoteRule
{
    /// <summary>What is wrong with the quote; null when nothing is.</summary>
    Violation? Check(RawOptionQuote quote, DateTimeOffset quotedAt);
}
