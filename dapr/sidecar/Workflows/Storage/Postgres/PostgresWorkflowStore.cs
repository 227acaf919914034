using System.Text;
using Google.Protobuf;
using Npgsql;
using StocksDapr.Protocol.TaskHub;
using StocksDapr.Sidecar.Workflows.Instances;

namespace StocksDapr.Sidecar.Workflows.Storage.Postgres;

/// <summary>Workflow instances in the database of a <c>state.postgresql</c> component, in tables of their own.</summary>
internal sealed class PostgresWorkflowStore : IWorkflowStore
{
    private readonly NpgsqlDataSource _database;
    private readonly WorkflowTables _tables;
    private readonly PostgresMembership _membership;
    private readonly GroupSession _session;
    private readonly string _appId;

    /// <param name="connectionString">Of the component.</param>
    /// <param name="tablePrefix">Of the component; may end in a schema.</param>
    /// <param name="appId">Whose instances; with the namespace, so that two namespaces may share a database.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Told of losses and takeovers.</param>
    public PostgresWorkflowStore(string connectionString, string tablePrefix, string appId, TimeProvider time, ILogger log)
    {
        _appId = appId;
        _tables = new WorkflowTables(tablePrefix);
        _database = new NpgsqlDataSourceBuilder(connectionString).Build();
        _membership = new PostgresMembership(connectionString, _tables, appId, time, log);
        _session = new GroupSession(_database, _tables, appId);
    }

    public IMembership Membership => _membership;

    public bool SharesApps => true;

    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        await new WorkflowSchema(_database, _tables).MigrateAsync(cancellationToken);
        await _membership.JoinAsync(cancellationToken);
    }

    public Task CommitAsync(IReadOnlyList<StoreWork> group, CancellationToken cancellationToken) => _session.CommitAsync(group, _membership.Id, cancellationToken);

    public Task<StoredInstance?> LoadAsync(string id, CancellationToken cancellationToken) => RunAsync(async connection =>
    {
        await using var batch = connection.CreateBatch();
        Add(batch, $"SELECT owner, status, custom_status, has_work FROM {_tables.Instances} WHERE app_id = $1 AND instance_id = $2", id);
        Add(batch, $"SELECT event FROM {_tables.History} WHERE app_id = $1 AND instance_id = $2 ORDER BY position", id);
        Add(batch, $"SELECT sequence, event, execution_id FROM {_tables.Inbox} WHERE app_id = $1 AND instance_id = $2 ORDER BY sequence", id);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken)) return null;
        var (owner, status, custom, hasWork) = (reader.GetInt32(0), (OrchestrationStatus)reader.GetInt16(1), Text(reader, 2), reader.GetBoolean(3));
        await reader.NextResultAsync(cancellationToken);
        var history = new List<ByteString>();
        while (await reader.ReadAsync(cancellationToken)) history.Add(UnsafeByteOperations.UnsafeWrap(reader.GetFieldValue<byte[]>(0)));
        await reader.NextResultAsync(cancellationToken);
        var inbox = new List<InboxItem>();
        while (await reader.ReadAsync(cancellationToken)) inbox.Add(InboxItem.Of(reader.GetInt64(0), reader.GetFieldValue<byte[]>(1), reader.GetString(2)));
        return new StoredInstance(owner, status, custom, hasWork, history, inbox);
    });

    public Task<InstanceSnapshot?> ReadAsync(string id, CancellationToken cancellationToken) => RunAsync(async connection =>
    {
        await using var command = Command(
            connection,
            $"""
             SELECT i.owner, i.status, i.custom_status, {EventAt("0")}, {EventAt("i.start_position")}, {EventAt("i.end_position")}, {EventAt("i.history_length - 1")}
             FROM {_tables.Instances} AS i WHERE i.app_id = $1 AND i.instance_id = $2
             """,
            id);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? InstanceSnapshot.Of((OrchestrationStatus)reader.GetInt16(1), reader.GetInt32(0), Text(reader, 2), Bytes(reader, 3), Bytes(reader, 4), Bytes(reader, 5), Bytes(reader, 6))
            : null;
    });

    public Task<IReadOnlyList<ByteString>?> ReadHistoryAsync(string id, CancellationToken cancellationToken) => RunAsync(async connection =>
    {
        await using var command = Command(
            connection,
            $"""
             SELECT h.event FROM {_tables.Instances} AS i LEFT JOIN {_tables.History} AS h ON h.app_id = i.app_id AND h.instance_id = i.instance_id
             WHERE i.app_id = $1 AND i.instance_id = $2 ORDER BY h.position
             """,
            id);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken)) return null;
        var events = new List<ByteString>();
        do
        {
            if (Bytes(reader, 0) is { } happened) events.Add(happened);
        }
        while (await reader.ReadAsync(cancellationToken));
        return (IReadOnlyList<ByteString>)events;
    });

    public Task<IReadOnlyList<string>> ListAsync(string? after, int count, CancellationToken cancellationToken) => RunAsync(async connection =>
    {
        await using var command = Command(connection, $"SELECT instance_id FROM {_tables.Instances} WHERE app_id = $1 AND instance_id > $2 ORDER BY instance_id LIMIT $3", after ?? "");
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = count });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var ids = new List<string>();
        while (await reader.ReadAsync(cancellationToken)) ids.Add(reader.GetString(0));
        return (IReadOnlyList<string>)ids;
    });

    public Task<IReadOnlyList<DueInstance>> FindWorkAsync(CancellationToken cancellationToken) => RunAsync(async connection =>
    {
        await using var command = new NpgsqlCommand(
            $"""
             SELECT i.instance_id, CASE WHEN i.has_work OR EXISTS (
                 SELECT FROM {_tables.Inbox} AS b WHERE b.app_id = i.app_id AND b.instance_id = i.instance_id) THEN NULL ELSE i.next_due END AS due
             FROM {_tables.Instances} AS i
             WHERE i.app_id = $1 AND i.owner = $2 AND i.status NOT IN (1, 3, 4, 5) AND (i.has_work OR i.next_due IS NOT NULL OR EXISTS (
                 SELECT FROM {_tables.Inbox} AS b WHERE b.app_id = i.app_id AND b.instance_id = i.instance_id))
             """,
            connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = _appId });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = _membership.Id });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<DueInstance>();
        while (await reader.ReadAsync(cancellationToken))
            found.Add(new DueInstance(reader.GetString(0), reader.IsDBNull(1) ? null : reader.GetFieldValue<DateTimeOffset>(1)));
        return (IReadOnlyList<DueInstance>)found;
    });

    public Task<int> RemoveExpiredAsync(int atMost, CancellationToken cancellationToken) => RunAsync(async connection =>
    {
        await using var command = new NpgsqlCommand(
            $"""
             WITH gone AS (
                 DELETE FROM {_tables.Instances} WHERE (app_id, instance_id) IN (
                     SELECT app_id, instance_id FROM {_tables.Instances} WHERE app_id = $1 AND expires_at <= now() LIMIT $2 FOR UPDATE SKIP LOCKED)
                 RETURNING app_id, instance_id
             ), forgotten AS (
                 DELETE FROM {_tables.History} AS h USING gone WHERE h.app_id = gone.app_id AND h.instance_id = gone.instance_id
             )
             SELECT count(*)::int FROM gone
             """,
            connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = _appId });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = atMost });
        return (int)(await command.ExecuteScalarAsync(cancellationToken))!;
    });

    public async ValueTask DisposeAsync()
    {
        await _session.DisposeAsync();
        await _membership.DisposeAsync();
        await _database.DisposeAsync();
    }

    private string EventAt(string position) =>
        $"(SELECT h.event FROM {_tables.History} AS h WHERE h.app_id = i.app_id AND h.instance_id = i.instance_id AND h.position = {position})";

    private async Task<T> RunAsync<T>(Func<NpgsqlConnection, Task<T>> read)
    {
        try
        {
            await using var connection = await _database.OpenConnectionAsync();
            return await read(connection);
        }
        catch (NpgsqlException failure) when (GroupSession.IsOutage(failure))
        {
            throw new StoreUnavailableException(failure.Message, failure);
        }
    }

    private void Add(NpgsqlBatch batch, string sql, string id)
    {
        var command = new NpgsqlBatchCommand(sql);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = _appId });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = id });
        batch.BatchCommands.Add(command);
    }

    private NpgsqlCommand Command(NpgsqlConnection connection, string sql, string id)
    {
        var command = new NpgsqlCommand(sql, connection);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = _appId });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = id });
        return command;
    }

    private static ByteString? Bytes(NpgsqlDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : UnsafeByteOperations.UnsafeWrap(reader.GetFieldValue<byte[]>(column));

    private static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : Encoding.UTF8.GetString(reader.GetFieldValue<byte[]>(column));
}
