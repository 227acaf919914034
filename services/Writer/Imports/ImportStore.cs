using Npgsql;
using NpgsqlTypes;
using StocksDapr.Contracts.Messages;
using StocksDapr.Writer.Storage;

namespace StocksDapr.Writer.Imports;

/// <summary>
/// Keeps the life of imports. The messages may arrive in any order and more than once: each fills its own columns, and says
/// the same each time. What became of the bars is written with them (<see cref="ReceiptRows"/>).
/// </summary>
internal sealed class ImportStore(Database database)
{
    private const int MaxId = 200;

    private const string AcceptedSql = """
        INSERT INTO market.imports (id, source, interval, file_name, bytes, accepted_at)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (id) DO UPDATE SET
            source = EXCLUDED.source, interval = EXCLUDED.interval, file_name = EXCLUDED.file_name, bytes = EXCLUDED.bytes,
            accepted_at = EXCLUDED.accepted_at
        """;

    private const string ReadSql = """
        INSERT INTO market.imports (id, batches, rows, rejected, read_at)
        VALUES ($1, $2, $3, $4, clock_timestamp())
        ON CONFLICT (id) DO UPDATE SET
            batches = EXCLUDED.batches, rows = EXCLUDED.rows, rejected = EXCLUDED.rejected,
            read_at = coalesce(imports.read_at, EXCLUDED.read_at)
        """;

    private const string FailedSql = """
        INSERT INTO market.imports (id, failed_at, failed_code, failed_reason)
        VALUES ($1, clock_timestamp(), $2, $3)
        ON CONFLICT (id) DO UPDATE SET
            failed_at = coalesce(imports.failed_at, EXCLUDED.failed_at), failed_code = EXCLUDED.failed_code, failed_reason = EXCLUDED.failed_reason
        """;

    private const string RejectionsSql = """
        INSERT INTO market.import_rejections (import_id, line, code, reason, row)
        SELECT $1, * FROM unnest($2, $3, $4, $5)
        ON CONFLICT DO NOTHING
        """;

    /// <exception cref="NpgsqlException">Nothing was stored.</exception>
    public async Task WriteAsync(IReadOnlyList<ImportEvent> events, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection, transaction);

        // By id, so that two transactions that touch the same imports wait for each other in one direction only.
        foreach (var step in events.OrderBy(step => step.ImportId, StringComparer.Ordinal))
            Add(batch, step);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private static void Add(NpgsqlBatch batch, ImportEvent step)
    {
        var id = Text(step.ImportId, MaxId);
        switch (step)
        {
            case ImportAccepted accepted:
                batch.Add(
                    AcceptedSql, id, Text(accepted.Source, 200), Text(accepted.Interval, 50), Text(accepted.FileName, 500),
                    new() { Value = accepted.Bytes, NpgsqlDbType = NpgsqlDbType.Bigint },
                    new() { Value = PgTime.From(accepted.AcceptedAt), NpgsqlDbType = NpgsqlDbType.TimestampTz });
                break;
            case ImportRead read:
                batch.Add(
                    ReadSql, id, new() { Value = read.Batches, NpgsqlDbType = NpgsqlDbType.Integer },
                    new() { Value = read.Rows, NpgsqlDbType = NpgsqlDbType.Bigint }, new() { Value = read.Rejected, NpgsqlDbType = NpgsqlDbType.Bigint });
                break;
            case ImportFailed failed:
                batch.Add(FailedSql, id, Text(failed.Code, 100), Text(failed.Reason, 2_000));
                break;
            case ImportRejections rejections:
                // The reader numbers lines upwards; sorted all the same, for the same reason as above.
                var lines = rejections.Lines.OrderBy(line => line.Line).ToList();
                batch.Add(
                    RejectionsSql, id,
                    Columns.Integers(lines.ConvertAll(line => line.Line)),
                    Columns.Texts(lines.ConvertAll(line => StorableText.Of(line.Code, 100))),
                    Columns.Texts(lines.ConvertAll(line => StorableText.Of(line.Reason))),
                    Columns.Texts(lines.ConvertAll(line => StorableText.Of(line.Row))));
                break;
            default:
                throw new FormatException($"Nothing is known of the import step {step.GetType().Name}.");
        }
    }

    private static NpgsqlParameter Text(string? text, int maxLength) =>
        new() { Value = text is null ? DBNull.Value : StorableText.Of(text, maxLength), NpgsqlDbType = NpgsqlDbType.Text };
}
