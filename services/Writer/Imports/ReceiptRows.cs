using Npgsql;
using StocksDapr.Writer.Bars;
using StocksDapr.Writer.Storage;

namespace StocksDapr.Writer.Imports;

/// <summary>What became of the batches of imports in a transaction. The first time wins: later deliveries find all unchanged.</summary>
internal static class ReceiptRows
{
    private const string Sql = """
        INSERT INTO market.import_batches
            (import_id, number, received, inserted, revised, unchanged, quarantined, repeated, recorded_at)
        SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9)
        ON CONFLICT DO NOTHING
        """;

    public static void AddTo(NpgsqlBatch batch, IEnumerable<BarSlice> slices)
    {
        var rows = slices.Where(slice => slice.Message.Message.Provenance.Import is not null).ToList();
        if (rows.Count == 0)
            return;

        batch.Add(
            Sql,
            Columns.Texts(rows.ConvertAll(row => StorableText.Of(row.Message.Message.Provenance.Import!.ImportId, 200))),
            Columns.Integers(rows.ConvertAll(row => row.Message.Message.Provenance.Import!.Number)),
            Columns.Integers(rows.ConvertAll(row => row.Message.Received)),
            Columns.Integers(rows.ConvertAll(row => row.Outcome.Inserted)),
            Columns.Integers(rows.ConvertAll(row => row.Outcome.Revised)),
            Columns.Integers(rows.ConvertAll(row => row.Outcome.Unchanged)),
            Columns.Integers(rows.ConvertAll(row => row.Outcome.Quarantined)),
            Columns.Integers(rows.ConvertAll(row => row.Message.Repeated)),
            Columns.Instants(rows.ConvertAll(row => row.RecordedAt)));
    }
}
