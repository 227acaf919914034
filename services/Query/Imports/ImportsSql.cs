namespace StocksDapr.Query.Imports;

/// <summary>The statements behind <c>/imports</c>. Sums are taken over the batches: Writer keeps no running total.</summary>
internal static class ImportsSql
{
    private const string Receipt = """
        SELECT i.id, i.source, i.interval, i.file_name, i.accepted_at, i.read_at, i.batches, i.rows, i.rejected, i.failed_at, i.failed_code,
            i.failed_reason, i.recorded_at, b.done, b.received, b.inserted, b.revised, b.unchanged, b.quarantined, b.repeated, b.last_at,
            r.rejections
        FROM market.imports AS i
        CROSS JOIN LATERAL (
            SELECT count(*) AS done, coalesce(sum(received), 0)::bigint AS received, coalesce(sum(inserted), 0)::bigint AS inserted,
                coalesce(sum(revised), 0)::bigint AS revised, coalesce(sum(unchanged), 0)::bigint AS unchanged,
                coalesce(sum(quarantined), 0)::bigint AS quarantined, coalesce(sum(repeated), 0)::bigint AS repeated, max(recorded_at) AS last_at
            FROM market.import_batches
            WHERE import_id = i.id
        ) AS b
        CROSS JOIN LATERAL (SELECT count(*) AS rejections FROM market.import_rejections WHERE import_id = i.id) AS r
        """;

    /// <summary>$1 import.</summary>
    public const string One = $"{Receipt} WHERE i.id = $1";

    /// <summary>$1, $2 the last import of the page before (null: from the newest), $3 limit.</summary>
    public const string List = $"""
        {Receipt}
        WHERE $1 IS NULL OR (i.recorded_at, i.id) < ($1, $2)
        ORDER BY i.recorded_at DESC, i.id DESC
        LIMIT $3
        """;

    /// <summary>$1 import, $2 after this line, $3 limit.</summary>
    public const string Rejections = """
        SELECT line, code, reason, row
        FROM market.import_rejections
        WHERE import_id = $1 AND line > $2
        ORDER BY line
        LIMIT $3
        """;

    /// <summary>$1 import. No row if the import is unknown.</summary>
    public const string Total = "SELECT batches FROM market.imports WHERE id = $1";

    /// <summary>$1 import, $2 its number of batches (null: not known yet, then only the gaps before the last one stored).</summary>
    public const string MissingBatches = """
        WITH known (number) AS (
            SELECT -1
            UNION ALL SELECT number FROM market.import_batches WHERE import_id = $1
            UNION ALL SELECT $2 WHERE $2 IS NOT NULL
        )
        SELECT number + 1, next - 1
        FROM (SELECT number, lead(number) OVER (ORDER BY number) AS next FROM known) AS pairs
        WHERE next > number + 1
        ORDER BY 1
        """;
}
