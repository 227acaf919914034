using System.Globalization;
using Npgsql;

namespace StocksDapr.Sidecar.Workflows.Storage.Postgres;

/// <summary>
/// The tables, made in numbered steps by whoever comes first. A step that has been released is never changed: a change is a new step.
/// </summary>
internal sealed class WorkflowSchema(NpgsqlDataSource database, WorkflowTables tables)
{
    private string[] Steps =>
    [
        $"""
         CREATE TABLE {tables.Engines} (
             id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
             app_id text NOT NULL,
             workers int NOT NULL DEFAULT 0,
             heartbeat timestamptz NOT NULL DEFAULT now()
         );
         CREATE TABLE {tables.Instances} (
             app_id text NOT NULL,
             instance_id text NOT NULL,
             owner int NOT NULL, -- the engine; 0: none, because it has ended or nobody serves its app
             status smallint NOT NULL, -- as on the wire
             has_work boolean NOT NULL DEFAULT false, -- activities are open
             next_due timestamptz, -- of the next timer, or of the start
             custom_status bytea,
             start_position int NOT NULL DEFAULT -1, -- in the history
             end_position int NOT NULL DEFAULT -1,
             history_length int NOT NULL DEFAULT 0,
             expires_at timestamptz, -- when an ended instance is removed
             PRIMARY KEY (app_id, instance_id)
         ) WITH (fillfactor = 70);
         CREATE INDEX ON {tables.Instances} (expires_at) WHERE expires_at IS NOT NULL;
         CREATE INDEX ON {tables.Instances} (app_id, owner) WHERE status NOT IN (1, 3, 4, 5);
         CREATE TABLE {tables.History} (
             app_id text NOT NULL,
             instance_id text NOT NULL,
             position int NOT NULL,
             event bytea NOT NULL, -- a HistoryEvent
             PRIMARY KEY (app_id, instance_id, position)
         );
         CREATE SEQUENCE {tables.InboxSequence};
         CREATE TABLE {tables.Inbox} (
             sequence bigint PRIMARY KEY,
             app_id text NOT NULL,
             instance_id text NOT NULL,
             execution_id text NOT NULL, -- the execution that it is meant for; empty: any
             event bytea NOT NULL
         );
         CREATE INDEX ON {tables.Inbox} (app_id, instance_id);
         """,
        $"""
         CREATE TABLE {tables.Groups} (
             engine int PRIMARY KEY,
             number bigint NOT NULL DEFAULT 0 -- of the last group that is stored
         ) WITH (fillfactor = 10); -- one row for each engine, rewritten by every group
         """,
    ];

    public async Task MigrateAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync(connection, string.Create(CultureInfo.InvariantCulture, $"SELECT pg_advisory_xact_lock({tables.LockClass}, 0)"), cancellationToken);
        await ExecuteAsync(connection, $"CREATE TABLE IF NOT EXISTS {tables.Schema} (level int NOT NULL)", cancellationToken);
        await using var read = new NpgsqlCommand($"SELECT coalesce(max(level), 0) FROM {tables.Schema}", connection);
        var level = (int)(await read.ExecuteScalarAsync(cancellationToken))!;
        for (; level < Steps.Length; level++)
        {
            await ExecuteAsync(connection, Steps[level], cancellationToken);
            await ExecuteAsync(connection, string.Create(CultureInfo.InvariantCulture, $"INSERT INTO {tables.Schema} VALUES ({level + 1})"), cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
