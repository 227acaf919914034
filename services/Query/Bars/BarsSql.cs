namespace StocksDapr.Query.Bars;

/// <summary>The statements behind <c>/bars</c>. Both parts of a range are found through the primary key (symbol, interval, start).</summary>
internal static class BarsSql
{
    /// <summary>$1 symbols, $2 interval.</summary>
    public const string FindSeries = """
        SELECT y.symbol, y.id, r.first_start, r.last_start
        FROM market.symbols y
        LEFT JOIN market.series r ON r.symbol_id = y.id AND r.interval_id = $2
        WHERE y.symbol = ANY ($1)
        """;

    /// <summary>$1 symbol, $2 interval, $3 from (inclusive), $4 to (exclusive).</summary>
    public const string Load = """
        SELECT start, open, high, low, close, volume, source_id
        FROM market.bars
        WHERE symbol_id = $1 AND interval_id = $2 AND start >= $3 AND start < $4
        ORDER BY start
        """;

    /// <summary>
    /// $1 symbol, $2 interval, $3 from, $4 to (both inclusive), $5 the instant, $6 limit. What stands now and stood then, and what stood then
    /// and was replaced later, exclude each other: one version of a bar at most.
    /// </summary>
    public const string LoadAsOf = """
        SELECT start, open, high, low, close, volume, source_id
        FROM (
            SELECT start, open, high, low, close, volume, source_id
            FROM market.bars
            WHERE symbol_id = $1 AND interval_id = $2 AND start BETWEEN $3 AND $4 AND recorded_at <= $5
            UNION ALL
            SELECT start, open, high, low, close, volume, source_id
            FROM market.bar_revisions
            WHERE symbol_id = $1 AND interval_id = $2 AND start BETWEEN $3 AND $4 AND recorded_at <= $5 AND superseded_at > $5
        ) AS known
        ORDER BY start
        LIMIT $6
        """;

    public const string Sources = "SELECT id, name FROM market.sources";
}
