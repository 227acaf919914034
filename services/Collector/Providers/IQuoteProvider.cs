namespace StocksDapr.Collector.Providers;

/// <summary>A provider that tells the state of the session under way. Its requests can be done without (<see cref="Keys.RequestCost.IsDispensable"/>).</summary>
internal interface IQuoteProvider
{
    /// <summary>The latest quote of each symbol asked, or what is wrong.</summary>
    /// <param name="symbols">At most <see cref="ProviderCapabilities.MaxSymbols"/>.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    Task<ProviderAnswer<IReadOnlyDictionary<string, SymbolAnswer<Quote>>>> GetQuotesAsync(IReadOnlyList<string> symbols, CancellationToken cancellationToken);
}

/// <summary>The state of a session as a vendor sees it. What the vendor does not say is null.</summary>
/// <param name="At">Of the last trade in it, UTC.</param>
/// <param name="Price">The last price.</param>
/// <param name="Open">The session's first price.</param>
/// <param name="High">The session's highest price so far.</param>
/// <param name="Low">The session's lowest price so far.</param>
/// <param name="PreviousClose">The close of the session before.</param>
/// <param name="Volume">Shares traded in the session so far.</param>
internal sealed record Quote(DateTimeOffset At, double Price, double? Open, double? High, double? Low, double? PreviousClose, long? Volume);
