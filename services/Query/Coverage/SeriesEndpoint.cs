using StocksDapr.Query.Requests;

namespace StocksDapr.Query.Coverage;

/// <summary>The answer of <c>/series</c>: one item per symbol and interval that has bars. A symbol without bars has no item.</summary>
internal sealed record SeriesAnswer(IReadOnlyList<SeriesItem> Series);

/// <summary>
/// <c>GET /series</c>: what is stored of which series, all in one answer (some 100 bytes each), so that Collector sees in one call
/// what it has to fetch.
/// </summary>
internal static class SeriesEndpoint
{
    private const int MaxSymbols = 5_000;

    private static readonly string[] Parameters = ["symbols", "interval"];

    public static async Task<IResult> ListAsync(HttpContext context, SeriesCoverage coverage, CancellationToken cancellationToken)
    {
        var parameters = new ParameterReader(context.Request.QueryString, Parameters);
        var symbols = parameters.Symbols(MaxSymbols);
        var interval = parameters.Interval(null);
        if (symbols is { Bad: [var bad, ..] })
            parameters.Fail("bad_symbol", $"'{bad}' is no symbol. {SymbolList.Syntax}", new { symbols = "AAPL,MSFT" });
        return parameters.Problem is { } problem
            ? problem.ToResult()
            : TypedResults.Ok(new SeriesAnswer(await coverage.ListAsync(symbols?.Good, interval, cancellationToken)));
    }
}
