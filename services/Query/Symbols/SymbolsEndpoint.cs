using System.Globalization;
using StocksDapr.Query.Coverage;
using StocksDapr.Query.Requests;
using StocksDapr.Query.Storage;

namespace StocksDapr.Query.Symbols;

/// <summary>A split (new shares per old share) or dividend (amount per share, unadjusted).</summary>
internal sealed record CorporateActionItem(string Kind, DateOnly ExDate, double Value, string Source);

/// <summary>All that is known about one symbol.</summary>
internal sealed record SymbolDetail(
    string Symbol,
    string? Name,
    string? Exchange,
    string? Currency,
    string? Sector,
    IReadOnlyList<string> Aliases,
    DateTimeOffset FirstSeenAt,
    IReadOnlyList<SeriesItem> Series,
    IReadOnlyList<CorporateActionItem> CorporateActions);

/// <summary><c>GET /symbols</c> and <c>GET /symbols/{symbol}</c>.</summary>
internal static class SymbolsEndpoint
{
    private const int DefaultLimit = 50;
    private const int MaxLimit = 1_000;

    /// <summary>A search that pages deeper than this is no search.</summary>
    private const int MaxOffset = 10_000;

    private static readonly string[] Parameters = ["search", "limit", "cursor"];

    public static async Task<IResult> ListAsync(HttpContext context, SymbolSearch search, PublicPath path, CancellationToken cancellationToken)
    {
        var parameters = new ParameterReader(context.Request.QueryString, Parameters);
        var limit = parameters.Limit(DefaultLimit, MaxLimit);
        var text = parameters.Text("search")?.Trim();
        if (text is { Length: 0 or > SymbolSearch.MaxLength } || text?.Contains('\0') == true)
            parameters.Fail("bad_search", $"search must be 1 to {SymbolSearch.MaxLength} characters.", new { search = "apple" });
        return text is null
            ? await ListAllAsync(context, parameters, limit, search, path, cancellationToken)
            : await SearchAsync(context, parameters, text, limit, search, path, cancellationToken);
    }

    public static async Task<IResult> OneAsync(
        HttpContext context, string symbol, SymbolSearch search, SeriesCoverage coverage, MarketDatabase database, CancellationToken cancellationToken)
    {
        if (new ParameterReader(context.Request.QueryString, []).Problem is { } problem)
            return problem.ToResult();
        if (!SymbolPath.TryRead(symbol, out var wanted, out var bad))
            return bad.ToResult();

        var found = await database.FirstAsync(
            SymbolsSql.One,
            [Parameter.Text(wanted)],
            row => new { Summary = SymbolSearch.Read(row), FirstSeenAt = row.Instant("first_seen_at") },
            cancellationToken);
        if (found is null)
            return new ProblemAnswer(await search.UnknownAsync([wanted], cancellationToken));

        var actions = await database.ListAsync(
            SymbolsSql.Actions,
            [Parameter.Text(wanted)],
            row => new CorporateActionItem(
                row.Text("kind"), row.GetFieldValue<DateOnly>(row.GetOrdinal("ex_date")), row.Real("value"), row.Text("source")),
            cancellationToken);
        var series = await coverage.ListAsync([wanted], null, cancellationToken);
        var summary = found.Summary;
        return TypedResults.Ok(new SymbolDetail(
            summary.Symbol, summary.Name, summary.Exchange, summary.Currency, summary.Sector, summary.Aliases, found.FirstSeenAt, series, actions));
    }

    private static async Task<IResult> ListAllAsync(
        HttpContext context, ParameterReader parameters, int limit, SymbolSearch search, PublicPath path, CancellationToken cancellationToken)
    {
        var after = parameters.Cursor("symbols", static text => text);
        if (parameters.Problem is { } problem)
            return problem.ToResult();

        var rows = await search.ListAsync(after, limit + 1, cancellationToken);
        var page = ListPage<SymbolSummary>.Of(rows, limit, last => ListCursor.Write("symbols", last.Symbol));
        if (page.Next is { } next)
            path.LinkNext(context, $"/symbols?limit={limit}&cursor={next}");
        return TypedResults.Ok(page);
    }

    private static async Task<IResult> SearchAsync(
        HttpContext context, ParameterReader parameters, string text, int limit, SymbolSearch search, PublicPath path, CancellationToken cancellationToken)
    {
        var list = $"symbols:{text}";
        var offset = (int)Math.Min(parameters.NumberCursor(list) ?? 0, MaxOffset);
        if (parameters.Problem is { } problem)
            return problem.ToResult();

        var rows = await search.SearchAsync(text, limit + 1, offset, cancellationToken);
        var page = ListPage<SymbolSummary>.Of(
            rows, limit, _ => ListCursor.Write(list, (offset + limit).ToString(CultureInfo.InvariantCulture)));
        if (page.Next is { } next)
            path.LinkNext(context, $"/symbols?search={Uri.EscapeDataString(text)}&limit={limit}&cursor={next}");
        return TypedResults.Ok(page);
    }
}
