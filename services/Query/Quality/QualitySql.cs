namespace StocksDapr.Query.Quality;

/// <summary>
/// The statements behind <c>/quality</c>, newest first. Absent filters are null; every session plans for the values at hand
/// (<c>plan_cache_mode</c> in <see cref="Storage.MarketDatabase"/>).
/// </summary>
internal static class QualitySql
{
    /// <summary>$1 symbol, $2 rule, $3 interval, $4 from, $5 to, $6 before this id, $7 limit.</summary>
    public const string Quarantine = $"""
        {QuarantineColumns}
        FROM market.quarantine AS q
        {QuarantineJoins}
        WHERE {Filter} AND ($6 IS NULL OR q.id < $6)
        ORDER BY q.id DESC
        LIMIT $7
        """;

    /// <summary>As <see cref="Quarantine"/>; $8 import, whose bars alone are listed.</summary>
    public const string QuarantineOfImport = $"""
        {QuarantineColumns}
        FROM (SELECT DISTINCT quarantine_id FROM market.quarantine_lines WHERE import_id = $8) AS mine
        JOIN market.quarantine AS q ON q.id = mine.quarantine_id
        {QuarantineJoins}
        WHERE {Filter} AND ($6 IS NULL OR q.id < $6)
        ORDER BY q.id DESC
        LIMIT $7
        """;

    /// <summary>As <see cref="Quarantine"/>. A finding about a whole message has no start and no place in a range.</summary>
    public const string Findings = $"""
        SELECT q.id, y.symbol, q.interval_id, q.start, q.rule, q.detail, q.contract, s.name AS source, q.request_id, q.fetched_at, q.recorded_at
        FROM market.findings AS q
        JOIN market.symbols AS y ON y.id = q.symbol_id
        JOIN market.sources AS s ON s.id = q.source_id
        WHERE {Filter} AND ($6 IS NULL OR q.id < $6)
        ORDER BY q.id DESC
        LIMIT $7
        """;

    private const string QuarantineColumns = """
        SELECT q.id, y.symbol, q.interval_id, q.start, q.rule, q.detail, q.bar::text AS bar, q.contract, s.name AS source, q.request_id, q.fetched_at, q.recorded_at,
            l.imports, l.lines
        """;

    /// <summary>The same wrong bar may stand in many files: the first lines will do.</summary>
    private const string QuarantineJoins = """
        JOIN market.symbols AS y ON y.id = q.symbol_id
        JOIN market.sources AS s ON s.id = q.source_id
        CROSS JOIN LATERAL (
            SELECT array_agg(import_id) AS imports, array_agg(line) AS lines
            FROM (
                SELECT import_id, line FROM market.quarantine_lines
                WHERE quarantine_id = q.id ORDER BY import_id, line LIMIT 20
            ) AS first
        ) AS l
        """;

    private const string Filter = """
        ($1 IS NULL OR q.symbol_id = (SELECT id FROM market.symbols WHERE symbol = $1)) AND ($2 IS NULL OR q.rule = $2)
        AND ($3 IS NULL OR q.interval_id = $3) AND ($4 IS NULL OR q.start >= $4) AND ($5 IS NULL OR q.start <= $5)
        """;
}
