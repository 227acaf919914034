using StocksDapr.Contracts.Messages;

namespace StocksDapr.Collector.Providers;

/// <summary>
/// A vendor of market data. What goes wrong with a request or a symbol is an answer, not an exception: only cancellation throws.
/// Implementations are safe to call from several threads, convert times to the start of the interval in UTC, symbols to ours and prices to raw
/// ones, and pass values on as the vendor said them. An answer never holds a bar outside of the range that was asked for, nor one whose interval had not ended
/// when the vendor was asked, though most vendors send the unfinished bar of the moment: a bar that is answered is final as far as the vendor knows.
/// </summary>
internal interface IMarketDataProvider
{
    /// <summary>The name that bars carry as their source; lower case, stable for ever.</summary>
    string Name { get; }

    ProviderCapabilities Capabilities { get; }

    /// <summary>What the vendor charges for a request, in its own unit.</summary>
    int CreditsFor(BarsRequest request);

    /// <summary>What can be collected from this provider; for one that does not say, an answer of kind <see cref="ProviderErrorKind.NotSupported"/>.</summary>
    Task<ProviderAnswer<IReadOnlyList<ListedInstrument>>> GetInstrumentsAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Bars that start in a range, for each symbol asked: its bars (ascending where the vendor has them in order, either way; possibly none) or what is wrong.
    /// </summary>
    Task<ProviderAnswer<IReadOnlyDictionary<string, SymbolAnswer<IReadOnlyList<RawBar>>>>> GetBarsAsync(
        BarsRequest request, CancellationToken cancellationToken);

    /// <summary>Splits and dividends with an ex-date in a range, both included, for each symbol asked.</summary>
    Task<ProviderAnswer<IReadOnlyDictionary<string, SymbolAnswer<IReadOnlyList<CorporateAction>>>>> GetCorporateActionsAsync(
        IReadOnlyList<string> symbols, DateOnly from, DateOnly to, CancellationToken cancellationToken);
}
