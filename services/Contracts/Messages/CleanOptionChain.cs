using System.Text.Json.Serialization;
using StocksDapr.Market.Options;

namespace StocksDapr.Contracts.Messages;

/// <summary>
/// What became of one <see cref="RawOptionChain"/>: the quotes that passed every rule, with what we compute from them, those that did not, and what
/// was noticed. One message, so that Writer stores all of it in one transaction.
/// </summary>
/// <param name="Underlying">The symbol of what the contracts are on.</param>
/// <param name="QuotedAt">Of when the quotes are, UTC.</param>
/// <param name="Provenance">Where it came from.</param>
/// <param name="UnderlyingPrice">Its price as the provider said it; null when it does not.</param>
/// <param name="Spot">The price that was computed with: the provider's, otherwise the one that put-call parity implies; null when there is neither.</param>
/// <param name="Quotes">Each contract once.</param>
public sealed record CleanOptionChain(
    string Underlying,
    DateTimeOffset QuotedAt,
    Provenance Provenance,
    double? UnderlyingPrice,
    double? Spot,
    IReadOnlyList<CleanOptionQuote> Quotes,
    IReadOnlyList<QuarantinedOptionQuote> Quarantined,
    IReadOnlyList<OptionFinding> Findings)
{
    /// <summary>The version of this shape on the wire (<c>schema</c>).</summary>
    public const int Schema = 1;

    /// <summary>The shape in which it was written.</summary>
    [JsonPropertyName("schema")]
    public int Version { get; init; } = Schema;

    /// <summary>Quotes that were in the raw message as exact repetitions of another one in it.</summary>
    public int Repeated { get; init; }
}

/// <summary>A quote that passed every rule. What there is no quote for is null.</summary>
/// <param name="Quote">As the provider said it, zeros that mean "no quote" made null.</param>
/// <param name="Valuation">What we compute from bid and ask; null without both, or when no volatility explains them.</param>
public sealed record CleanOptionQuote(RawOptionQuote Quote, OptionValuation? Valuation);

/// <summary>Implied volatility of the middle of bid and ask, and the Greeks at that volatility. Units as in <see cref="Greeks"/>.</summary>
/// <param name="Volatility">A year's: 0.25 for 25 %.</param>
public sealed record OptionValuation(double Volatility, double Delta, double Gamma, double Vega, double Theta, double Rho);

/// <summary>A quote that broke a rule, as the provider said it.</summary>
/// <param name="Rule">The rule's id, such as <c>contract-mismatch</c>.</param>
/// <param name="Detail">What is wrong, with the offending values, in a sentence.</param>
public sealed record QuarantinedOptionQuote(string Rule, string Detail, RawOptionQuote Quote);

/// <summary>Something noticed about quotes that were stored all the same.</summary>
/// <param name="Rule">The rule's id, such as <c>put-call-parity</c>.</param>
/// <param name="Contract">The contract that it is about, of several the first.</param>
/// <param name="Detail">What was noticed, in a sentence.</param>
public sealed record OptionFinding(string Rule, string? Contract, string Detail);
