using StocksDapr.Contracts.Messages;
using StocksDapr.Market;

namespace StocksDapr.Processor.Rules;

/// <summary>One thing that must be true of a bar. A rule looks at one bar and knows nothing of the others.</summary>
internal interface IBarRule
{
    /// <summary>What is wrong with the bar; null when nothing is.</summary>
    Violation? Check(in RawBar bar, in BarSubject subject);
}

/// <summary>A broken rule: its stable id and a sentence with the offending values.</summary>
internal sealed record Violation(string Rule, string Detail);

/// <summary>What a rule may need to know besides the bar's own values.</summary>
internal readonly record struct BarSubject(string Symbol, Interval Interval, DateTimeOffset FetchedAt);
