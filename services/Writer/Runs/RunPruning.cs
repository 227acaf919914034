using Npgsql;
using NpgsqlTypes;
using StocksDapr.Writer.Storage;

namespace StocksDapr.Writer.Runs;

/// <summary>
/// Deletes runs that ended long ago, with their steps, their requests and the receipts of their parts; never one that is open. A run goes as a whole, in
/// one transaction, so that nobody reads one whose sums are wrong. Bars, and the receipts of imported files, stay.
/// </summary>
internal sealed class RunPruning(Database database)
{
    /// <summary>Of one transaction. A run of the schedule has a few dozen rows, a large backfill some ten thousand.</summary>
    public const int RunsAtOnce = 10;

    private const string LockSql = "SELECT pg_try_advisory_xact_lock($1)";

    // By when it was first heard of too: that is an index that the list of runs has anyway, and a run is not recorded after its end by more than its messages waited.
    private const string FindSql = """
        SELECT id FROM market.runs
        WHERE recorded_at < $1 AND ended_at < $1
        ORDER BY recorded_at, id
        LIMIT $2
        FOR UPDATE SKIP LOCKED
        """;

    private static readonly string[] DeleteSql =
    [
        "DELETE FROM market.import_batches WHERE import_id = ANY($1)",
        "DELETE FROM market.run_requests WHERE run_id = ANY($1)",
        "DELETE FROM market.run_steps WHERE run_id = ANY($1)",
        "DELETE FROM market.runs WHERE id = ANY($1)",
    ];

    /// <summary>Deletes some of the runs that ended before an instant.</summary>
    /// <returns>How many; 0 when there are none left, or while another replica is at it.</returns>
    /// <exception cref="NpgsqlException">Nothing was deleted.</exception>
    public async Task<int> PruneAsync(DateTimeOffset endedBefore, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var locking = new NpgsqlCommand(LockSql, connection, transaction) { Parameters = { new() { Value = Locks.RunPruning } } };
        if (await locking.ExecuteScalarAsync(cancellationToken) is not true)
            return 0;

        var ids = await FindAsync(connection, transaction, endedBefore, cancellationToken);
        if (ids.Count == 0)
            return 0;

        await using var batch = new NpgsqlBatch(connection, transaction);
        foreach (var sql in DeleteSql)
            batch.Add(sql, Columns.Texts(ids));
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return ids.Count;
    }

    private static async Task<List<string>> FindAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, DateTimeOffset endedBefore, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(FindSql, connection, transaction)
        {
            Parameters =
            {
                new() { Value = PgTime.From(endedBefore), NpgsqlDbType = NpgsqlDbType.TimestampTz },
                new() { Value = RunsAtOnce, NpgsqlDbType = NpgsqlDbType.Integer },
            },
        };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var ids = new List<string>();
        while (await reader.ReadAsync(cancellationToken))
            ids.Add(reader.GetString(0));
        return ids;
    }
}
