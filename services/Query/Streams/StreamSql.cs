namespace StocksDapr.Query.Streams;

/// <summary>The statement behind <c>/stream/events</c>: one, so that the log, the forming bars and the last position are of one snapshot.</summary>
internal static class StreamSql
{
    /// <summary>The channel on which writers say that there is news.</summary>
    public const string Channel = "stream";

    /// <summary>
    /// $1 after this position (null: forming bars alone), $2 symbols (null: all), $3 intervals (null: all), $4 limit. At least one row, whose position is null
    /// when there is nothing.
    /// </summary>
    public const string Read = """
        WITH head AS (
            SELECT s.epoch, s.pruned_through, (SELECT last_value FROM market.stream_position) AS given,
                   GREATEST(s.pruned_through, (SELECT max(position) FROM market.stream_events), (SELECT max(position) FROM market.live_bars)) AS last
            FROM market.stream_state AS s
        )
        SELECT h.epoch, h.pruned_through, h.given, h.last,
               e.position, e.kind, y.symbol, e.interval_id, o.name, e.start, e.last_start, e.open, e.high, e.low, e.close, e.volume,
               e.old_open, e.old_high, e.old_low, e.old_close, e.old_volume, e.recorded_at, e.partial, e.ended
        FROM head AS h
        LEFT JOIN LATERAL (
            SELECT * FROM (
                (SELECT position, kind, symbol_id, interval_id, source_id, start, last_start, open, high, low, close, volume,
                        old_open, old_high, old_low, old_close, old_volume, recorded_at, false AS partial, false AS ended
                 FROM market.stream_events
                 WHERE position > $1
                   AND ($2 IS NULL OR symbol_id = ANY (ARRAY(SELECT id FROM market.symbols WHERE symbol = ANY ($2))))
                   AND ($3 IS NULL OR interval_id = ANY ($3))
                 ORDER BY position
                 LIMIT $4)
                UNION ALL
                (SELECT position, 0, symbol_id, interval_id, source_id, start, start, open, high, low, close, volume,
                        NULL, NULL, NULL, NULL, NULL, recorded_at, partial, ended
                 FROM market.live_bars
                 WHERE ($1 IS NULL OR position > $1)
                   AND ($2 IS NULL OR symbol_id = ANY (ARRAY(SELECT id FROM market.symbols WHERE symbol = ANY ($2))))
                   AND ($3 IS NULL OR interval_id = ANY ($3))
                 ORDER BY position
                 LIMIT $4)
            ) AS either
            ORDER BY position
            LIMIT $4
        ) AS e ON true
        LEFT JOIN market.symbols AS y ON y.id = e.symbol_id
        LEFT JOIN market.sources AS o ON o.id = e.source_id
        ORDER BY e.position
        """;
}
