namespace StocksDapr.Query.Runs;

/// <summary>The statements behind <c>/runs</c> and <c>/backfills</c>. Sums are taken on demand: Writer keeps no running total.</summary>
internal static class RunsSql
{
    private const string Run = """
        SELECT u.id, u.kind, u.title, u.parameters::text AS parameters, u.summary::text AS summary, u.due_at, coalesce(u.started_at, u.recorded_at) AS started_at,
            u.parts, u.state, u.ended_at, u.outcome, u.detail, u.recorded_at,
            s.parts_done, s.parts_failed, s.steps,
            q.requests, q.credits,
            b.received, b.inserted, b.revised, b.unchanged, b.quarantined, b.repeated
        FROM market.runs AS u
        CROSS JOIN LATERAL (
            SELECT count(*) AS steps, count(*) FILTER (WHERE part AND ended_at IS NOT NULL) AS parts_done,
                count(*) FILTER (WHERE part AND outcome <> 'completed') AS parts_failed
            FROM market.run_steps
            WHERE run_id = u.id
        ) AS s
        CROSS JOIN LATERAL (
            SELECT count(*) AS requests, coalesce(sum(credits), 0)::bigint AS credits FROM market.run_requests WHERE run_id = u.id
        ) AS q
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(received), 0)::bigint AS received, coalesce(sum(inserted), 0)::bigint AS inserted,
                coalesce(sum(revised), 0)::bigint AS revised, coalesce(sum(unchanged), 0)::bigint AS unchanged,
                coalesce(sum(quarantined), 0)::bigint AS quarantined, coalesce(sum(repeated), 0)::bigint AS repeated
            FROM market.import_batches
            WHERE import_id = u.id
        ) AS b
        """;

    /// <summary>$1 run.</summary>
    public const string One = $"{Run} WHERE u.id = $1";

    /// <summary>
    /// $1 kind, $2 state, $3 and $4 range of starts in seconds since 1970, both included, $5 and $6 the last run of the page before,
    /// $7 limit; all but the limit null for all.
    /// </summary>
    public const string List = $"""
        {Run}
        WHERE ($1 IS NULL OR u.kind = $1)
            AND ($2 IS NULL OR coalesce(u.outcome, u.state, 'running') = $2)
            AND ($3 IS NULL OR coalesce(u.started_at, u.recorded_at) >= to_timestamp($3))
            AND ($4 IS NULL OR coalesce(u.started_at, u.recorded_at) < to_timestamp($4) + interval '1 s')
            AND ($5 IS NULL OR (u.recorded_at, u.id) < ($5, $6))
        ORDER BY u.recorded_at DESC, u.id DESC
        LIMIT $7
        """;

    /// <summary>$1 run, $2 and $3 the last step of the page before, $4 limit.</summary>
    public const string Steps = """
        SELECT step, number, name, started_at, ended_at, outcome, detail, symbols::text AS symbols
        FROM market.run_steps
        WHERE run_id = $1 AND ($2 IS NULL OR (number, step) > ($2, $3))
        ORDER BY number, step
        LIMIT $4
        """;

    /// <summary>$1 run: what became of each symbol, over the parts that have ended.</summary>
    public const string Symbols = """
        SELECT y.symbol, count(*) AS parts, count(*) FILTER (WHERE y.outcome NOT IN ('stored', 'empty')) AS failed,
            coalesce(sum(y.bars), 0)::bigint AS bars, max(y.detail) AS detail
        FROM market.run_steps AS s
        CROSS JOIN LATERAL jsonb_to_recordset(s.symbols) AS y (symbol text, outcome text, bars integer, detail text)
        WHERE s.run_id = $1 AND s.part AND s.ended_at IS NOT NULL AND s.symbols IS NOT NULL
        GROUP BY y.symbol
        ORDER BY y.symbol COLLATE "C"
        """;

    /// <summary>$1 run, $2 first number, $3 last number.</summary>
    public const string Receipts = """
        SELECT number, received, inserted, revised, unchanged, quarantined, repeated
        FROM market.import_batches
        WHERE import_id = $1 AND number BETWEEN $2 AND $3
        ORDER BY number
        """;
}
