using System.Text.Json.Serialization;
using StocksDapr.Contracts.Json;
using StocksDapr.Market;
using StocksDapr.Query.Bars;
using StocksDapr.Query.Requests;
using StocksDapr.Query.Storage;
using StocksDapr.Query.Symbols;

namespace StocksDapr.Query.Latest;

/// <param name="T">Start of the bar: a date, or a UTC instant for intraday bars.</param>
internal sealed record LatestBar(
    [property: JsonPropertyName("t")] string T, double Open, double High, double Low, double Close, long Volume, string Source);

/// <summary>The newest bar of each symbol. A symbol that is known but has no bar of this interval is in <paramref name="Errors"/> as <c>no_bars</c>.</summary>
internal sealed record LatestAnswer(
    string Interval,
    IReadOnlyDictionary<string, LatestBar> Bars,
    IReadOnlyDictionary<string, SymbolError> Errors,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Next);

/// <summary><c>GET /latest</c>: the newest bar of the symbols asked for, or of all, page by page in the order of their names.</summary>
internal static class LatestEndpoint
{
    private const int DefaultLimit = 500;
    private const int MaxLimit = 1_000;

    /// <summary>
    /// $1 symbols (null: all), $2 interval, $3 after this symbol (null: from the beginning), $4 limit. The series says where its newest bar is; OFFSET 0 keeps the
    /// planner from turning one look into the primary key per series into a scan of all bars.
    /// </summary>
    private const string Sql = """
        SELECT y.symbol, b.start, b.open, b.high, b.low, b.close, b.volume, s.name
        FROM market.symbols AS y
        JOIN market.series AS r ON r.symbol_id = y.id AND r.interval_id = $2
        CROSS JOIN LATERAL (
            SELECT start, open, high, low, close, volume, source_id
            FROM market.bars
            WHERE symbol_id = r.symbol_id AND interval_id = r.interval_id AND start = r.last_start
            OFFSET 0
        ) AS b
        JOIN market.sources AS s ON s.id = b.source_id
        WHERE ($1 IS NULL OR y.symbol = ANY ($1)) AND ($3 IS NULL OR y.symbol > $3)
        ORDER BY y.symbol
        LIMIT $4
        """;

    private static readonly string[] Parameters = ["symbols", "interval", "limit", "cursor"];

    public static async Task<IResult> GetAsync(
        HttpContext context, MarketDatabase database, IBarStore store, SymbolSearch search, PublicPath path, CancellationToken cancellationToken)
    {
        var parameters = new ParameterReader(context.Request.QueryString, Parameters);
        var symbols = parameters.Symbols(BarsRequest.MaxSymbols);
        var interval = parameters.Interval(Interval.OneDay) ?? Interval.OneDay;
        var limit = parameters.Limit(DefaultLimit, MaxLimit);
        if (symbols is not null && parameters.Text("cursor") is not null)
            parameters.Fail("bad_cursor", "A list of symbols is answered at once: leave cursor out.");
        else if (symbols is not null && parameters.Text("limit") is not null)
            parameters.Fail("bad_limit", $"A list of symbols (at most {BarsRequest.MaxSymbols}) is answered at once: leave limit out.");
        var list = $"latest:{interval.Code}";
        var after = parameters.Cursor(list, static text => text);
        if (parameters.Problem is { } problem)
            return problem.ToResult();

        var rows = await database.ListAsync(
            Sql,
            [
                Parameter.Texts(symbols?.Good), Parameter.Small(interval.Id), Parameter.Text(after),
                Parameter.Integer(symbols is null ? limit + 1 : BarsRequest.MaxSymbols),
            ],
            row => KeyValuePair.Create(
                row.GetString(0),
                new LatestBar(
                    BarTime.ToText(row.GetFieldValue<DateTimeOffset>(1), interval),
                    row.GetDouble(2), row.GetDouble(3), row.GetDouble(4), row.GetDouble(5), row.GetInt64(6), row.GetString(7))),
            cancellationToken);
        if (symbols is not null)
            return await OfSymbolsAsync(interval, symbols, new Dictionary<string, LatestBar>(rows), store, search, cancellationToken);

        var page = ListPage<KeyValuePair<string, LatestBar>>.Of(rows, limit, last => ListCursor.Write(list, last.Key));
        if (page.Next is { } next)
            path.LinkNext(context, $"/latest?interval={interval.Code}&limit={limit}&cursor={next}");
        return TypedResults.Ok(new LatestAnswer(interval.Code, new Dictionary<string, LatestBar>(page.Items), new Dictionary<string, SymbolError>(), page.Next));
    }

    private static async Task<IResult> OfSymbolsAsync(
        Interval interval, SymbolList symbols, Dictionary<string, LatestBar> bars, IBarStore store, SymbolSearch search, CancellationToken cancellationToken)
    {
        string[] without = [.. symbols.Good.Where(symbol => !bars.ContainsKey(symbol))];
        var known = without.Length == 0 ? [] : (await store.FindSeriesAsync(without, interval, cancellationToken)).Select(series => series.Symbol).ToHashSet();
        string[] unknown = [.. without.Where(symbol => !known.Contains(symbol))];
        var errors = SymbolErrors.Of(unknown, symbols.Bad);
        foreach (var symbol in known)
            errors[symbol] = new SymbolError("no_bars", $"There is no {interval.Code} bar of {symbol}; /series?symbols={symbol} says which there are.");

        if (unknown.Length > 0 && unknown.Length == symbols.Good.Length)
        {
            var nothing = await search.UnknownAsync(unknown, cancellationToken);
            nothing.Extensions["errors"] = errors;
            return new ProblemAnswer(nothing);
        }

        // In the order asked.
        var ordered = symbols.Good.Where(bars.ContainsKey).ToDictionary(symbol => symbol, symbol => bars[symbol]);
        return TypedResults.Ok(new LatestAnswer(interval.Code, ordered, errors, null));
    }
}
