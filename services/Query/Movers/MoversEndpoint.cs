using System.Text.Json.Serialization;
using StocksDapr.Contracts.Json;
using StocksDapr.Market;
using StocksDapr.Query.Requests;
using StocksDapr.Query.Storage;

namespace StocksDapr.Query.Movers;

/// <summary>How far a symbol moved from the bar before to its newest one.</summary>
/// <param name="T">Start of the newest bar.</param>
/// <param name="Change">In the instrument's currency.</param>
internal sealed record Mover(
    string Symbol,
    string? Name,
    [property: JsonPropertyName("t")] string T,
    double Close,
    double PreviousClose,
    double Change,
    double ChangePercent,
    long Volume);

/// <param name="Session">The New York date (of bars of a day or longer: the bar) that all of them belong to; null if there are no bars.</param>
/// <param name="Gainers">Greatest rise first; null if another direction was asked for, as the other two.</param>
internal sealed record MoversAnswer(
    string Interval, DateOnly? Session, IReadOnlyList<Mover>? Gainers, IReadOnlyList<Mover>? Losers, IReadOnlyList<Mover>? MostActive);

/// <summary>
/// <c>GET /movers</c>: the greatest rises, falls and volumes of the newest session. A series that has no bar of that session takes no part,
/// so that a move of last week is not sold as one of today; neither does one without a bar before.
/// </summary>
internal static class MoversEndpoint
{
    private const int DefaultLimit = 10;
    private const int MaxLimit = 100;
    private const string Gainers = "gainers";
    private const string Losers = "losers";
    private const string Active = "active";

    /// <summary>$1 interval.</summary>
    private const string NewestSql = "SELECT max(last_start) FROM market.series WHERE interval_id = $1";

    /// <summary>$1 interval, $2 start of the newest session, $3 limit.</summary>
    private const string Sql = """
        WITH moved AS (
            SELECT y.symbol, y.name, b.start, b.close, p.close AS previous, b.volume,
                b.close - p.close AS change, (b.close / p.close - 1) * 100 AS percent
            FROM market.series AS r
            JOIN market.symbols AS y ON y.id = r.symbol_id
            CROSS JOIN LATERAL (
                SELECT start, close, volume FROM market.bars
                WHERE symbol_id = r.symbol_id AND interval_id = r.interval_id AND start = r.last_start
                OFFSET 0
            ) AS b
            CROSS JOIN LATERAL (
                SELECT close FROM market.bars
                WHERE symbol_id = r.symbol_id AND interval_id = r.interval_id AND start < r.last_start
                ORDER BY start DESC
                LIMIT 1
            ) AS p
            WHERE r.interval_id = $1 AND r.last_start >= $2 AND p.close <> 0
        ), ranked AS (
            SELECT *,
                row_number() OVER (ORDER BY percent DESC, symbol) AS rise,
                row_number() OVER (ORDER BY percent, symbol) AS fall,
                row_number() OVER (ORDER BY volume DESC, symbol) AS activity
            FROM moved
        )
        SELECT symbol, name, start, close, previous, change, percent, volume, rise, fall, activity
        FROM ranked
        WHERE rise <= $3 OR fall <= $3 OR activity <= $3
        """;

    private static readonly string[] Parameters = ["interval", "limit", "direction"];

    public static async Task<IResult> GetAsync(HttpContext context, MarketDatabase database, CancellationToken cancellationToken)
    {
        var parameters = new ParameterReader(context.Request.QueryString, Parameters);
        var interval = parameters.Interval(Interval.OneDay) ?? Interval.OneDay;
        var limit = parameters.Limit(DefaultLimit, MaxLimit);
        var direction = parameters.Choice("direction", Gainers, Losers, Active);
        if (parameters.Problem is { } problem)
            return problem.ToResult();

        var newest = await database.ListAsync(
            NewestSql, [Parameter.Small(interval.Id)], row => row.IsDBNull(0) ? (DateTimeOffset?)null : row.GetFieldValue<DateTimeOffset>(0), cancellationToken);
        var session = newest[0] is { } at ? interval.IsIntraday ? NewYorkTime.DateAt(at) : DateOnly.FromDateTime(at.UtcDateTime) : (DateOnly?)null;
        var moved = session is { } date ? await ReadAsync(database, interval, date, limit, cancellationToken) : [];
        return TypedResults.Ok(new MoversAnswer(
            interval.Code,
            session,
            Of(Gainers, moved.Where(row => row.Mover.Change > 0 && row.Rise <= limit).OrderBy(row => row.Rise)),
            Of(Losers, moved.Where(row => row.Mover.Change < 0 && row.Fall <= limit).OrderBy(row => row.Fall)),
            Of(Active, moved.Where(row => row.Activity <= limit).OrderBy(row => row.Activity))));

        IReadOnlyList<Mover>? Of(string which, IEnumerable<Ranked> rows) =>
            direction is null || direction == which ? [.. rows.Select(row => row.Mover)] : null;
    }

    private static Task<List<Ranked>> ReadAsync(
        MarketDatabase database, Interval interval, DateOnly session, int limit, CancellationToken cancellationToken)
    {
        var begin = interval.IsIntraday ? TimeBound.StartOfDay(session) : TimeBound.Midnight(session.DayNumber);
        return database.ListAsync(
            Sql,
            [Parameter.Small(interval.Id), Parameter.Instant(DateTimeOffset.FromUnixTimeSeconds(begin)), Parameter.Integer(limit)],
            row => new Ranked(
                new Mover(
                    row.Text("symbol"), row.TextOrNull("name"), BarTime.ToText(row.Instant("start"), interval), row.Real("close"), row.Real("previous"),
                    Rounded(row.Real("change")), Rounded(row.Real("percent")), row.Long("volume")),
                row.Long("rise"), row.Long("fall"), row.Long("activity")),
            cancellationToken);
    }

    /// <summary>A difference of two prices has no more decimals than a price; the rest is noise of binary fractions.</summary>
    private static double Rounded(double value) => Math.Round(value, 6);

    private sealed record Ranked(Mover Mover, long Rise, long Fall, long Activity);
}
