using StocksDapr.Market;
using StocksDapr.Query.Bars;
using StocksDapr.Query.Requests;
using StocksDapr.Query.Symbols;
using StocksDapr.ServiceDefaults.Http;

namespace StocksDapr.Query.Streams;

/// <summary>What a stream is to carry.</summary>
/// <param name="Symbols">Null for all.</param>
/// <param name="Intervals">Codes, such as <c>1min</c>.</param>
/// <param name="Errors">Symbols that were asked for and are not known; they may become known later.</param>
internal sealed record StreamSubscription(IReadOnlyList<string>? Symbols, IReadOnlyList<string> Intervals, IReadOnlyDictionary<string, SymbolError> Errors);

/// <summary>
/// <c>GET /stream/subscription</c>, for the gateway: checks the parameters of the public <c>/stream</c> as those of every other question, and answers what they mean.
/// </summary>
internal static class SubscriptionEndpoint
{
    private const string Everything = "*";

    private static readonly string[] Parameters = ["symbols", "interval", "lastEventId"];

    public static async Task<IResult> GetAsync(HttpContext context, IBarStore store, SymbolSearch search, CancellationToken cancellationToken)
    {
        var parameters = new ParameterReader(context.Request.QueryString, Parameters);
        var isEverything = parameters.Text("symbols") == Everything;
        var symbols = isEverything ? null : parameters.Symbols(BarsRequest.MaxSymbols);
        if (!isEverything && symbols is null)
            parameters.Fail("missing_symbols", "symbols is missing: name what you want to follow, or say * for everything.", new { symbols = "AAPL,MSFT" });
        var intervals = parameters.Intervals("interval") ?? [Interval.OneDay];
        if (parameters.Problem is { } problem)
            return problem.ToResult();

        var codes = intervals.Select(interval => interval.Code).ToArray();
        if (symbols is null)
            return TypedResults.Ok(new StreamSubscription(null, codes, new Dictionary<string, SymbolError>()));
        if (symbols.Good.Length == 0)
            return ApiProblem.BadRequest("bad_symbol", $"None of symbols is a symbol. {SymbolList.Syntax}", new { symbols = "AAPL,MSFT" });

        var known = (await store.FindSeriesAsync(symbols.Good, intervals[0], cancellationToken)).Select(series => series.Symbol).ToHashSet(StringComparer.Ordinal);
        string[] unknown = [.. symbols.Good.Where(symbol => !known.Contains(symbol))];
        return unknown.Length == symbols.Good.Length
            ? new ProblemAnswer(await search.UnknownAsync(unknown, cancellationToken))
            : TypedResults.Ok(new StreamSubscription(symbols.Good, codes, SymbolErrors.Of(unknown, symbols.Bad)));
    }
}
