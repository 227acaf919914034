using Npgsql;
using NpgsqlTypes;
using StocksDapr.Writer.Storage;

namespace StocksDapr.Writer.Migrations;

/// <summary>
/// Brings the schema up to date. Any number of replicas and jobs may do it at once: a session advisory lock lets one at a time
/// through, and the others find it done. Each migration is one transaction.
/// </summary>
internal sealed class Migrator(Database database, ILogger logger, IReadOnlyList<Migration>? migrations = null)
{
    private const string PrepareSql = """
        CREATE SCHEMA IF NOT EXISTS market;
        CREATE TABLE IF NOT EXISTS market.schema_migrations (
            version    integer PRIMARY KEY,
            name       text NOT NULL,
            checksum   text NOT NULL,
            applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
        );
        """;

    private readonly IReadOnlyList<Migration> _migrations = migrations ?? Migration.All;

    /// <summary>Applies what is missing and returns how many migrations that were.</summary>
    /// <exception cref="MigrationException">The database was migrated with other files, or a migration fails.</exception>
    /// <exception cref="NpgsqlException">The database cannot be reached.</exception>
    public async Task<int> MigrateAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await LockAsync(connection, "SELECT pg_advisory_lock($1)", cancellationToken);
        try
        {
            await using (var prepare = new NpgsqlCommand(PrepareSql, connection))
                await prepare.ExecuteNonQueryAsync(cancellationToken);

            var applied = await ReadAppliedAsync(connection, cancellationToken);
            Check(applied);
            var count = 0;
            foreach (var migration in _migrations.Where(migration => !applied.ContainsKey(migration.Version)))
            {
                await ApplyAsync(connection, migration, cancellationToken);
                count++;
            }

            return count;
        }
        finally
        {
            // A broken connection has lost the lock already.
            if (connection.FullState.HasFlag(System.Data.ConnectionState.Open))
                await LockAsync(connection, "SELECT pg_advisory_unlock($1)", CancellationToken.None);
        }
    }

    /// <summary>The newest migration that was applied, 0 if none was.</summary>
    public async Task<int> ReadVersionAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand("SELECT max(version) FROM market.schema_migrations", connection);
        try
        {
            return await command.ExecuteScalarAsync(cancellationToken) as int? ?? 0;
        }
        catch (PostgresException exception) when (exception.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName)
        {
            return 0;
        }
    }

    private static async Task LockAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        // No timeout: another replica's migration takes as long as it takes.
        await using var command = new NpgsqlCommand(sql, connection)
        {
            CommandTimeout = 0,
            Parameters = { new() { Value = Locks.Migration, NpgsqlDbType = NpgsqlDbType.Bigint } },
        };
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<Dictionary<int, (string Name, string Checksum)>> ReadAppliedAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var applied = new Dictionary<int, (string, string)>();
        await using var command = new NpgsqlCommand("SELECT version, name, checksum FROM market.schema_migrations", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            applied.Add(reader.GetInt32(0), (reader.GetString(1), reader.GetString(2)));
        return applied;
    }

    private void Check(Dictionary<int, (string Name, string Checksum)> applied)
    {
        foreach (var migration in _migrations)
        {
            if (applied.TryGetValue(migration.Version, out var record) && record.Checksum != migration.Checksum)
            {
                throw new MigrationException(
                    $"Migration {migration.Version:D4} ('{record.Name}') was applied to this database with other contents than this build has ('{migration.Name}'). " +
                    "An applied migration must not be edited: restore its file and put the change into a new migration.");
            }
        }

        var newest = applied.Keys.DefaultIfEmpty().Max();
        if (_migrations.FirstOrDefault(migration => migration.Version < newest && !applied.ContainsKey(migration.Version)) is { } skipped)
            throw new MigrationException($"Migration {skipped.Version:D4} ('{skipped.Name}') was never applied although {newest:D4} was.");

        // A newer replica has been here; an older one goes on working beside it while it is replaced.
        if (newest > _migrations[^1].Version)
            logger.SchemaIsNewer(newest, _migrations[^1].Version);
    }

    private async Task ApplyAsync(NpgsqlConnection connection, Migration migration, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        try
        {
            await using (var script = new NpgsqlCommand(migration.Sql, connection, transaction) { CommandTimeout = 0 })
                await script.ExecuteNonQueryAsync(cancellationToken);
            await using var record = new NpgsqlCommand(
                "INSERT INTO market.schema_migrations (version, name, checksum) VALUES ($1, $2, $3)", connection, transaction)
            {
                Parameters = { new() { Value = migration.Version }, new() { Value = migration.Name }, new() { Value = migration.Checksum } },
            };
            await record.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (PostgresException exception) when (!DatabaseFailure.IsOutage(exception))
        {
            throw new MigrationException($"Migration {migration.Version:D4} ('{migration.Name}') failed and left nothing behind: {exception.MessageText}", exception);
        }

        await transaction.CommitAsync(cancellationToken);
        logger.MigrationApplied(migration.Version, migration.Name);
    }
}
