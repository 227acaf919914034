using System.Text.Json.Serialization;
using StocksDapr.Market.Options;

namespace StocksDapr.Contracts.Messages;

/// <summary>A snapshot of an option chain as a provider said it.</summary>
/// <param name="Underlying">The symbol of what the contracts are on.</param>
/// <param name="UnderlyingPrice">Its price at the time; null when the provider does not say.</param>
/// <param name="QuotedAt">Of when the quotes are, UTC; when the provider does not say, the time of the fetch.</param>
/// <param name="Provenance">Where it came from.</param>
/// <param name="Contracts">1 to 5,000 of them; a larger chain is several messages with the same <paramref name="QuotedAt"/>.</param>
public sealed record RawOptionChain(
    string Underlying, double? UnderlyingPrice, DateTimeOffset QuotedAt, Provenance Provenance, IReadOnlyList<RawOptionQuote> Contracts)
{
    public const int MaxContracts = 5_000;

    /// <summary>Chains in one delivery: a chain is up to two megabytes.</summary>
    public const int MaxPerDelivery = 8;

    /// <summary>The version of this shape on the wire (<c>schema</c>); a reader refuses a version that it does not know.</summary>
    public const int Schema = 1;

    /// <summary>The shape in which it was written.</summary>
    [JsonPropertyName("schema")]
    public int Version { get; init; } = Schema;
}

/// <summary>The quote of one contract, before any rule has looked at it. What the vendor has not is null, never zero: a bid of 0 is no quote.</summary>
/// <param name="Contract">The OCC symbol without blanks, <c>AAPL260320C00250000</c>.</param>
/// <param name="Type">Call or put.</param>
/// <param name="Expiry">The day it expires.</param>
/// <param name="Strike">In the currency of the underlying, per share.</param>
/// <param name="Bid">Per share.</param>
/// <param name="Ask">Per share.</param>
/// <param name="Last">The last trade's price, per share.</param>
/// <param name="LastTradeAt">When that was, UTC.</param>
/// <param name="Volume">Contracts traded in the session.</param>
/// <param name="OpenInterest">Contracts open at the end of the session before.</param>
/// <param name="ImpliedVolatility">As the vendor says it: a year's, 0.25 for 25 %.</param>
/// <param name="Currency">ISO 4217; null when the vendor does not say.</param>
public sealed record RawOptionQuote(
    string Contract,
    OptionType Type,
    DateOnly Expiry,
    double Strike,
    double? Bid,
    double? Ask,
    double? Last,
    DateTimeOffset? LastTradeAt,
    long? Volume,
    long? OpenInterest,
    double? ImpliedVolatility,
    string? Currency = null);
