using Npgsql;
using NpgsqlTypes;
using StocksDapr.Writer.Storage;

namespace StocksDapr.Writer.OptionChains;

/// <summary>Deletes option quotes of months that are over: the partition as a whole, with what belongs to it. Contracts go with their last quote.</summary>
internal sealed class OptionPruning(Database database)
{
    private const string LockSql = "SELECT pg_try_advisory_xact_lock($1)";

    // Readers must not wait for long behind this one, which waits for them: it gives up instead and comes again.
    private const string PatienceSql = "SET LOCAL lock_timeout = '2s'";

    private const string FindSql = """
        SELECT c.relname::text FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = 'market.option_quotes'::regclass AND c.relname < 'option_quotes_' || to_char($1::date, 'YYYY_MM')
        ORDER BY c.relname LIMIT 1
        """;

    private const string MonthSql = "SELECT (to_date(right($1, 7), 'YYYY_MM') + interval '1 month')::timestamp AT TIME ZONE 'UTC'";

    private static readonly string[] DeleteSql =
    [
        "DELETE FROM market.option_quote_revisions WHERE quoted_at < $1",
        "DELETE FROM market.option_snapshots WHERE quoted_at < $1",
        """
        DELETE FROM market.option_contracts c
        WHERE c.expiry < $1::date AND NOT EXISTS (SELECT FROM market.option_quotes q WHERE q.contract_id = c.id)
        """,
    ];

    /// <summary>Deletes the oldest month that ended before a day.</summary>
    /// <returns>Whether there was one; false also while another replica is at it.</returns>
    /// <exception cref="NpgsqlException">Nothing was deleted.</exception>
    public async Task<bool> PruneAsync(DateOnly before, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await ScalarAsync(connection, LockSql, new NpgsqlParameter { Value = Locks.OptionPruning }, cancellationToken) is not true)
            return false;
        if (await ScalarAsync(connection, FindSql, new NpgsqlParameter { Value = before, NpgsqlDbType = NpgsqlDbType.Date }, cancellationToken) is not string partition)
            return false;

        var end = await ScalarAsync(connection, MonthSql, new NpgsqlParameter { Value = partition, NpgsqlDbType = NpgsqlDbType.Text }, cancellationToken);
        await using var batch = new NpgsqlBatch(connection, transaction);
        batch.Add(PatienceSql);

        // The name comes from the catalogue, where create_option_partition made it.
        batch.Add($"DROP TABLE market.\"{partition}\"");
        foreach (var sql in DeleteSql)
            batch.Add(sql, new NpgsqlParameter { Value = end, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    private static async Task<object?> ScalarAsync(NpgsqlConnection connection, string sql, NpgsqlParameter parameter, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection) { Parameters = { parameter } };
        return await command.ExecuteScalarAsync(cancellationToken);
    }
}
