using System.Globalization;
using Npgsql;

namespace StocksDapr.Sidecar.State.Postgres;

/// <summary>
/// Brings the tables to the level that daprd 1.18 expects, so that a real daprd and this sidecar can share a database: same tables, same
/// level key, same lock (a row of the metadata table), and levels that are already there are left alone.
/// </summary>
internal sealed class PostgresStateSchema(NpgsqlDataSource database, PostgresStateSettings settings, TimeProvider time)
{
    private const int Attempts = 5;

    private string LevelKey => "migrations-state-v2-" + settings.TablePrefix;

    public async Task MigrateAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await CreateMetadataTableAsync(connection, cancellationToken);
        await ExecuteAsync(connection, $"INSERT INTO {settings.MetadataTable} (key, value) VALUES ('lock', 'lock') ON CONFLICT (key) DO NOTHING", cancellationToken);

        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync(connection, $"SELECT value FROM {settings.MetadataTable} WHERE key = 'lock' FOR UPDATE", cancellationToken);
        var level = await ReadLevelAsync(connection, cancellationToken);
        if (level < 1) await CreateStateTableAsync(connection, cancellationToken);
        if (level < 2) await AddRowIdAsync(connection, cancellationToken);
        if (level < 2) await WriteLevelAsync(connection, "2", cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Two sidecars that create the table at the same instant collide in PostgreSQL's catalogue in spite of IF NOT EXISTS: try again.</summary>
    private async Task CreateMetadataTableAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await ExecuteAsync(
                    connection, $"CREATE TABLE IF NOT EXISTS {settings.MetadataTable} (key text NOT NULL PRIMARY KEY, value text NOT NULL)", cancellationToken);
                return;
            }
            catch (PostgresException error) when (IsCollision(error) && attempt < Attempts)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), time, cancellationToken);
            }
        }
    }

    private static bool IsCollision(PostgresException error) =>
        error.SqlState is PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.DuplicateTable or PostgresErrorCodes.DuplicateObject;

    private async Task<int> ReadLevelAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"SELECT value FROM {settings.MetadataTable} WHERE key = $1", connection);
        command.Parameters.AddWithValue(LevelKey);
        var text = (string?)await command.ExecuteScalarAsync(cancellationToken);
        if (text is null) return 0;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var level)
            ? level
            : throw new StateStoreException($"invalid migration level found in metadata table: {text}");
    }

    private async Task WriteLevelAsync(NpgsqlConnection connection, string level, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"INSERT INTO {settings.MetadataTable} (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value", connection);
        command.Parameters.AddWithValue(LevelKey);
        command.Parameters.AddWithValue(level);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Level 1.</summary>
    private Task CreateStateTableAsync(NpgsqlConnection connection, CancellationToken cancellationToken) => ExecuteAsync(
        connection,
        $"""
         CREATE TABLE IF NOT EXISTS {settings.StateTable} (
             key text NOT NULL PRIMARY KEY,
             value bytea NOT NULL,
             etag uuid NOT NULL DEFAULT gen_random_uuid(),
             created_at timestamptz NOT NULL DEFAULT now(),
             updated_at timestamptz,
             expires_at timestamptz
         );
         CREATE INDEX ON {settings.StateTable} (expires_at); -- finds what has expired
         """,
        cancellationToken);

    /// <summary>Level 2: a number for every row, in order of creation; rows that an older daprd wrote are numbered first.</summary>
    private async Task AddRowIdAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var table = settings.StateTable;
        await ExecuteAsync(
            connection,
            $"""
             ALTER TABLE {table} ADD COLUMN IF NOT EXISTS row_id bigint;
             UPDATE {table} AS t SET row_id = numbered.n
                 FROM (SELECT key, row_number() OVER (ORDER BY created_at, key) AS n FROM {table} WHERE row_id IS NULL) AS numbered
                 WHERE numbered.key = t.key;
             ALTER TABLE {table} ALTER COLUMN row_id SET NOT NULL;
             """,
            cancellationToken);
        if (!await HasIdentityAsync(connection, cancellationToken))
        {
            await ExecuteAsync(connection, $"ALTER TABLE {table} ALTER COLUMN row_id ADD GENERATED BY DEFAULT AS IDENTITY", cancellationToken);
        }

        var index = await IndexNameAsync(connection, cancellationToken);
        await ExecuteAsync(
            connection,
            $"""
             SELECT setval(pg_get_serial_sequence('{table.Replace("'", "''", StringComparison.Ordinal)}', 'row_id'), coalesce(max(row_id), 0) + 1, false) FROM {table};
             CREATE UNIQUE INDEX IF NOT EXISTS {index} ON {table} (row_id);
             """,
            cancellationToken);
    }

    private async Task<bool> HasIdentityAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            "SELECT attidentity <> '' FROM pg_attribute WHERE attrelid = to_regclass($1) AND attname = 'row_id' AND NOT attisdropped", connection);
        command.Parameters.AddWithValue(settings.StateTable);
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>The index is named for the table without its schema, as daprd names it.</summary>
    private async Task<string> IndexNameAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT quote_ident(relname || '_row_id_uidx') FROM pg_class WHERE oid = to_regclass($1)", connection);
        command.Parameters.AddWithValue(settings.StateTable);
        return (string)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
