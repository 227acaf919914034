using StocksDapr.Collector.Providers;

namespace StocksDapr.Collector.Quotes;

/// <summary>What came of asking for the quote of one symbol: a quote and who said it, or why there is none.</summary>
/// <param name="At">When that was known, UTC.</param>
internal sealed record QuoteOutcome(DateTimeOffset At, Quote? Quote, string? Source, ProviderError? Error)
{
    public static QuoteOutcome Of(DateTimeOffset at, Quote quote, string source) => new(at, quote, source, null);

    /// <param name="at">When that was known, UTC.</param>
    /// <param name="error">Null when there was nobody to ask.</param>
    public static QuoteOutcome Failed(DateTimeOffset at, ProviderError? error = null) => new(at, null, null, error);

    /// <summary>Of two failures the one that tells more: what may pass, then that there is no such symbol, then that a provider does not cover it.</summary>
    public QuoteOutcome Or(QuoteOutcome other) => Weight(other) > Weight(this) ? other : this;

    private static int Weight(QuoteOutcome outcome) => outcome switch
    {
        { Quote: not null } => 4,
        { Error.IsTransient: true } => 3,
        { Error.Kind: ProviderErrorKind.UnknownSymbol } => 2,
        { Error: not null } => 1,
        _ => 0,
    };
}
