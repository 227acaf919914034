using System.Text.Json.Serialization;
using StocksDapr.Collector.Providers;

namespace StocksDapr.Collector.Quotes;

/// <summary>The answer of <c>GET /quotes</c>: each symbol that was asked for is in one of the two.</summary>
/// <param name="Quotes">By symbol, in the order asked.</param>
/// <param name="Errors">Why there is no quote of a symbol.</param>
internal sealed record QuotesAnswer(IReadOnlyDictionary<string, QuoteItem> Quotes, IReadOnlyDictionary<string, QuoteError> Errors);

/// <summary>The session of a symbol as its provider sees it. What the provider does not say is left out. Prices are raw, in the currency of the exchange.</summary>
/// <param name="Price">The last price.</param>
/// <param name="At">Of the last trade, UTC.</param>
/// <param name="AgeSeconds">How long ago that was.</param>
/// <param name="Open">The session's first price.</param>
/// <param name="High">The session's highest price so far.</param>
/// <param name="Low">The session's lowest price so far.</param>
/// <param name="PreviousClose">The close of the session before.</param>
/// <param name="Change">From the previous close.</param>
/// <param name="ChangePercent">The same in percent of it.</param>
/// <param name="Volume">Shares traded in the session so far.</param>
/// <param name="Source">The provider.</param>
/// <param name="FetchedAt">When the provider said so, UTC.</param>
internal sealed record QuoteItem(
    double Price,
    DateTimeOffset At,
    double AgeSeconds,
    double? Open,
    double? High,
    double? Low,
    double? PreviousClose,
    double? Change,
    double? ChangePercent,
    long? Volume,
    string Source,
    DateTimeOffset FetchedAt)
{
    private const int Decimals = 6;

    public static QuoteItem Of(Quote quote, string source, DateTimeOffset fetchedAt, DateTimeOffset now)
    {
        var change = quote.Price - quote.PreviousClose;
        return new QuoteItem(
            quote.Price, quote.At, Math.Round(Math.Max((now - quote.At).TotalSeconds, 0), 3), quote.Open, quote.High, quote.Low, quote.PreviousClose,
            Rounded(change), quote.PreviousClose > 0 ? Rounded(100 * change / quote.PreviousClose) : null, quote.Volume, source, fetchedAt);
    }

    private static double? Rounded(double? value) => value is { } number ? Math.Round(number, Decimals) : null;
}

/// <param name="Code"><c>bad_symbol</c>, <c>unknown_symbol</c>, <c>budget_spent</c>, <c>provider_failed</c>, <c>not_covered</c> or <c>no_provider</c>.</param>
/// <param name="Detail">What happened, in a sentence.</param>
/// <param name="Retry">Whether the same may succeed later.</param>
/// <param name="RetryAfterSeconds">After how long; left out when nobody says.</param>
internal sealed record QuoteError(string Code, string Detail, bool Retry, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? RetryAfterSeconds = null)
{
    public static QuoteError Of(ProviderError? error) => error switch
    {
        null => new QuoteError("no_provider", "Nobody can be asked for quotes: no provider of them has a key. GET /api/v1/providers shows them.", Retry: false),
        { Kind: ProviderErrorKind.UnknownSymbol } => new QuoteError("unknown_symbol", error.Detail, Retry: false),
        { Kind: ProviderErrorKind.RateLimited } => new QuoteError("budget_spent", error.Detail, Retry: true, error.RetryAfter?.TotalSeconds),
        { IsTransient: true } => new QuoteError("provider_failed", error.Detail, Retry: true, error.RetryAfter?.TotalSeconds),
        _ => new QuoteError("not_covered", error.Detail, Retry: false),
    };
}
