using Npgsql;
using StocksDapr.Writer.Bars;
using StocksDapr.Writer.OptionChains;
using StocksDapr.Writer.Storage;

namespace StocksDapr.Writer.Quality;

/// <summary>What was noticed about the bars and chains of a transaction. Adding it again changes nothing.</summary>
internal static class FindingRows
{
    private const string Sql = """
        INSERT INTO market.findings (symbol_id, interval_id, start, rule, detail, source_id, request_id, fetched_at, recorded_at, contract)
        SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        ON CONFLICT DO NOTHING
        """;

    public static void AddTo(NpgsqlBatch batch, IEnumerable<BarSlice> slices) => Add(batch,
    [
        .. slices.SelectMany(slice => slice.Message.Message.Findings, (slice, finding) => new Row(
            slice.SymbolId, slice.IntervalId, finding.Start is { } start ? PgTime.From(start) : null, finding.Rule, finding.Detail, slice.SourceId,
            slice.Message.Message.Provenance.RequestId, slice.FetchedAt, slice.RecordedAt, null)),
    ]);

    public static void AddTo(NpgsqlBatch batch, IEnumerable<ChainSlice> slices) => Add(batch,
    [
        .. slices.SelectMany(slice => slice.Message.Findings, (slice, finding) => new Row(
            slice.SymbolId, ChainSlice.NoInterval, slice.QuotedAt, finding.Rule, finding.Detail, slice.SourceId,
            slice.Message.Provenance.RequestId, slice.FetchedAt, slice.RecordedAt, finding.Contract)),
    ]);

    private static void Add(NpgsqlBatch batch, List<Row> rows)
    {
        if (rows.Count == 0)
            return;

        batch.Add(
            Sql,
            Columns.Integers(rows.ConvertAll(row => row.SymbolId)),
            Columns.Smallints(rows.ConvertAll(row => row.IntervalId)),
            Columns.Instants(rows.ConvertAll(row => row.Start)),
            Columns.Texts(rows.ConvertAll(row => StorableText.Of(row.Rule, 100))),
            Columns.Texts(rows.ConvertAll(row => StorableText.Of(row.Detail))),
            Columns.Smallints(rows.ConvertAll(row => row.SourceId)),
            Columns.Texts(rows.ConvertAll(row => StorableText.Of(row.RequestId, 200))),
            Columns.Instants(rows.ConvertAll(row => row.FetchedAt)),
            Columns.Instants(rows.ConvertAll(row => row.RecordedAt)),
            Columns.Texts(rows.ConvertAll(row => row.Contract is { } contract ? StorableText.Of(contract, 100) : null)));
    }

    private readonly record struct Row(
        int SymbolId, short IntervalId, long? Start, string Rule, string Detail, short SourceId, string RequestId, long FetchedAt, long RecordedAt, string? Contract);
}
