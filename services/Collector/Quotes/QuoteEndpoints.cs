using StocksDapr.Market;
using StocksDapr.ServiceDefaults.Http;

namespace StocksDapr.Collector.Quotes;

/// <summary><c>GET /quotes</c>: what the providers say now, without a way through the store.</summary>
internal static class QuoteEndpoints
{
    private const int MaxSymbols = 50;
    private const int MaxShown = 40;

    private static readonly object Example = new { symbols = "AAPL,MSFT" };

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);

    public static void MapQuotes(this IEndpointRouteBuilder app) =>
        app.MapGet("/quotes", GetAsync)
            .WithName("GetQuotes").WithTags("Quotes").WithSummary("What providers say of symbols now: last price, the session so far, the close before")
            .WithDescription(
                $"symbols: up to {MaxSymbols} with commas between them, tracked or not; a class of shares may be written as any vendor does: BRK-B is BRK.B. The providers are asked in the market's order, and an "
                + "answer is given once more for some seconds (Collector:Quotes:MaxAge). Quotes leave half of each key's day to what is collected. Each symbol is in 'quotes' or in 'errors'.")
            .Produces<QuotesAnswer>().ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status503ServiceUnavailable);

    private static async Task<IResult> GetAsync(HttpRequest request, QuoteDesk desk, TimeProvider time, CancellationToken cancellationToken)
    {
        if (request.Query.Keys.FirstOrDefault(name => name != "symbols") is { } unknown)
            return ApiProblem.BadRequest("unknown_parameter", $"'{Shown(unknown)}' is not a parameter here; there is symbols.", Example);
        var asked = request.Query["symbols"].SelectMany(text => (text ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).ToList();
        if (asked.Count is 0 or > MaxSymbols)
            return ApiProblem.BadRequest("bad_symbols", $"symbols is 1 to {MaxSymbols} symbols with commas between them, not {asked.Count}.", Example);

        var errors = new Dictionary<string, QuoteError>(StringComparer.Ordinal);
        var good = new List<string>();
        foreach (var text in asked)
        {
            if (Symbol.TryNormalize(text, out var symbol))
                good.Add(Symbol.IsSimulated(symbol) ? symbol : Symbol.OfUsStock(symbol));
            else
                errors[Shown(text)] = new QuoteError("bad_symbol", $"A symbol is 1 to {Symbol.MaxLength} of A-Z 0-9 . - ^ = / _, beginning with a letter, digit or ^.", Retry: false);
        }

        try
        {
            var quotes = new Dictionary<string, QuoteItem>(StringComparer.Ordinal);
            foreach (var (symbol, outcome) in await desk.GetAsync([.. good.Distinct()], cancellationToken))
            {
                if (outcome is { Quote: { } quote, Source: { } source })
                    quotes[symbol] = QuoteItem.Of(quote, source, outcome.At, time.GetUtcNow());
                else
                    errors[symbol] = QuoteError.Of(outcome.Error);
            }

            return TypedResults.Ok(new QuotesAnswer(quotes, errors));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return ApiProblem.Unavailable("stopping", "The service is being stopped.", Soon);
        }
    }

    private static string Shown(string text) => text.Length <= MaxShown ? text : $"{text[..MaxShown]}…";
}
