using Npgsql;
using StocksDapr.Writer.Bars;
using StocksDapr.Writer.Storage;

namespace StocksDapr.Writer.Quality;

/// <summary>What was noticed about the bars of a transaction. Adding it again changes nothing.</summary>
internal static class FindingRows
{
    private const string Sql = """
        INSERT INTO market.findings (symbol_id, interval_id, start, rule, detail, source_id, request_id, fetched_at, recorded_at)
        SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9)
        ON CONFLICT DO NOTHING
        """;

    public static void AddTo(NpgsqlBatch batch, IEnumerable<BarSlice> slices)
    {
        var rows = slices.SelectMany(slice => slice.Message.Message.Findings, (slice, finding) => (Slice: slice, Finding: finding)).ToList();
        if (rows.Count == 0)
            return;

        batch.Add(
            Sql,
            Columns.Integers(rows.ConvertAll(row => row.Slice.SymbolId)),
            Columns.Smallints(rows.ConvertAll(row => row.Slice.IntervalId)),
            Columns.Instants(rows.ConvertAll(row => row.Finding.Start is { } start ? PgTime.From(start) : default(long?))),
            Columns.Texts(rows.ConvertAll(row => StorableText.Of(row.Finding.Rule, 100))),
            Columns.Texts(rows.ConvertAll(row => StorableText.Of(row.Finding.Detail))),
            Columns.Smallints(rows.ConvertAll(row => row.Slice.SourceId)),
            Columns.Texts(rows.ConvertAll(row => StorableText.Of(row.Slice.Message.Message.Provenance.RequestId, 200))),
            Columns.Instants(rows.ConvertAll(row => row.Slice.FetchedAt)),
            Columns.Instants(rows.ConvertAll(row => row.Slice.RecordedAt)));
    }
}
