using StocksDapr.Contracts.Messages;

namespace StocksDapr.Collector.Providers;

/// <summary>A provider that has option chains.</summary>
internal interface IOptionChainProvider
{
    /// <summary>The provider's name, as in <see cref="IMarketDataProvider.Name"/>.</summary>
    string Name { get; }

    /// <summary>What the vendor charges for a whole chain of one underlying up to an expiry, in its own unit; an estimate where it depends on the chain.</summary>
    int CreditsForChain { get; }

    /// <summary>
    /// All contracts of an underlying that expire in a range of days, both included: a snapshot of now. A vendor that answers one expiry at a time is asked as
    /// often as that takes, and a part that fails makes the whole fail: half a chain looks like a whole one.
    /// </summary>
    Task<ProviderAnswer<OptionChainSnapshot>> GetOptionChainAsync(string underlying, DateOnly from, DateOnly to, CancellationToken cancellationToken);
}

/// <summary>A chain as a vendor said it.</summary>
/// <param name="Underlying">The symbol of what the contracts are on.</param>
/// <param name="UnderlyingPrice">Its price at the time; null when the vendor does not say.</param>
/// <param name="QuotedAt">Of when the quotes are, UTC; null when the vendor does not say.</param>
/// <param name="Contracts">In no order; none when the underlying has no options.</param>
internal sealed record OptionChainSnapshot(
    string Underlying, double? UnderlyingPrice, DateTimeOffset? QuotedAt, IReadOnlyList<RawOptionQuote> Contracts);
