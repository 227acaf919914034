using StocksDapr.Contracts.Json;
using StocksDapr.Market;
using StocksDapr.Query.Bars.Caching;
using StocksDapr.Query.Requests;
using StocksDapr.Query.Storage;

namespace StocksDapr.Query.Status;

/// <summary>The bars of one interval.</summary>
/// <param name="Newest">Start of the newest bar: a date, or a UTC instant for intraday bars.</param>
internal sealed record IntervalStatus(long Series, long Bars, string Newest);

/// <summary>What there is to ask for.</summary>
/// <param name="Symbols">Symbols known, with bars or without.</param>
/// <param name="Intervals">By interval code; one that has no bars is not there.</param>
/// <param name="Database">Always <c>reachable</c>: otherwise the answer is a 503 problem.</param>
/// <param name="Cache"><c>on</c>, or <c>off</c> while the connection that listens for stored bars is being made.</param>
internal sealed record StatusAnswer(long Symbols, long Bars, IReadOnlyDictionary<string, IntervalStatus> Intervals, string Database, string Cache);

/// <summary><c>GET /status</c>.</summary>
internal static class StatusEndpoint
{
    private const string SymbolsSql = "SELECT count(*) FROM market.symbols";

    private const string IntervalsSql = """
        SELECT interval_id, count(*), sum(bars)::bigint, max(last_start)
        FROM market.series
        GROUP BY interval_id
        ORDER BY interval_id
        """;

    public static async Task<IResult> GetAsync(HttpContext context, MarketDatabase database, BarCache cache, CancellationToken cancellationToken)
    {
        if (new ParameterReader(context.Request.QueryString, []).Problem is { } problem)
            return problem.ToResult();

        var symbols = await database.ListAsync(SymbolsSql, [], row => row.GetInt64(0), cancellationToken);
        var intervals = await database.ListAsync(
            IntervalsSql,
            [],
            row => (
                Interval: Interval.FromId(row.GetInt16(0)), Series: row.GetInt64(1), Bars: row.GetInt64(2), Newest: row.GetFieldValue<DateTimeOffset>(3)),
            cancellationToken);
        return TypedResults.Ok(new StatusAnswer(
            symbols[0],
            intervals.Sum(interval => interval.Bars),
            intervals.ToDictionary(
                interval => interval.Interval.Code,
                interval => new IntervalStatus(interval.Series, interval.Bars, BarTime.ToText(interval.Newest, interval.Interval))),
            "reachable",
            cache.IsOn ? "on" : "off"));
    }
}
