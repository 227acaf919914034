using Npgsql;
using NpgsqlTypes;
using StocksDapr.Sidecar.Hosting;
using StocksDapr.Sidecar.Workflows.Storage;
using StocksDapr.Sidecar.Workflows.Storage.Postgres;

namespace StocksDapr.Sidecar.State.Postgres;

/// <summary>
/// <c>state.postgresql</c> v2: one row per key, the value as bytes, a new random UUID as ETag with every write. Tables, keys and texts are
/// daprd's, so that both can work on one database.
/// </summary>
internal sealed class PostgresStateStore : IStateStore, IWorkflowHome
{
    private readonly NpgsqlDataSource _database;
    private readonly PostgresStateSettings _settings;
    private readonly PostgresStateSql _sql;
    private readonly TimeProvider _time;
    private readonly PostgresStateJanitor _janitor;

    public PostgresStateStore(PostgresStateSettings settings, KeyPrefix prefix, TimeProvider time, ILogger logger)
    {
        _settings = settings;
        _time = time;
        KeyPrefix = prefix;
        _sql = new PostgresStateSql(settings);
        _database = new NpgsqlDataSourceBuilder(settings.ConnectionString).Build();
        _janitor = new PostgresStateJanitor(_database, _sql, settings.CleanupInterval, time, logger);
    }

    public IReadOnlyList<string> Capabilities { get; } = ["ETAG", "TRANSACTIONAL", "TTL", "KEYS_LIKE", "ACTOR"];

    public KeyPrefix KeyPrefix { get; }

    public static PostgresStateStore Create(ComponentSpec spec) =>
        new(PostgresStateSettings.Read(spec), KeyPrefix.Of(spec), spec.Context.Time, spec.Context.CreateLogger<PostgresStateStore>());

    public async Task InitAsync(CancellationToken cancellationToken)
    {
        try
        {
            await new PostgresStateSchema(_database, _settings, _time).MigrateAsync(cancellationToken);
        }
        catch (NpgsqlException error)
        {
            throw new StateStoreException($"cannot prepare the database: {Explain(error)}", error);
        }

        _janitor.Start();
    }

    public IWorkflowStore OpenWorkflows(string app, TimeProvider time, ILogger log) =>
        new PostgresWorkflowStore(_settings.ConnectionString, _settings.TablePrefix, app, time, log);

    public async Task<StateEntry?> GetAsync(string key, CancellationToken cancellationToken)
    {
        if (key.Length == 0) throw new StateStoreException("missing key in get operation");
        try
        {
            await using var command = _database.CreateCommand(_sql.Get);
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = key });
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            return await reader.ReadAsync(cancellationToken) ? Entry(reader) : null;
        }
        catch (NpgsqlException error)
        {
            throw new StateStoreException(Explain(error), error);
        }
    }

    public async Task<IReadOnlyList<BulkEntry>> GetManyAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken)
    {
        if (keys.Count == 0) return [];
        var entries = new List<BulkEntry>(keys.Count);
        var found = new HashSet<string>(StringComparer.Ordinal);
        try
        {
            await using var command = _database.CreateCommand(_sql.GetMany);
            command.Parameters.Add(new NpgsqlParameter { Value = keys as string[] ?? [.. keys], NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                var key = reader.GetString(3);
                found.Add(key);
                entries.Add(new BulkEntry(key, Entry(reader)));
            }
        }
        catch (NpgsqlException error)
        {
            throw new StateStoreException(Explain(error), error);
        }

        // As daprd answers: first what was found, then what is missing.
        entries.AddRange(keys.Where(key => !found.Contains(key)).Select(key => new BulkEntry(key, null)));
        return entries;
    }

    public Task SetAsync(StateSet request, CancellationToken cancellationToken) => ExecuteOneAsync(request, cancellationToken);

    public Task DeleteAsync(StateDelete request, CancellationToken cancellationToken) => ExecuteOneAsync(request, cancellationToken);

    /// <summary>One round trip for all. A conflict of one does not keep the others from being written, as in daprd.</summary>
    public async Task SetManyAsync(IReadOnlyList<StateSet> requests, CancellationToken cancellationToken)
    {
        var failures = new List<StateStoreException>();
        await using var connection = await OpenAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection);
        var sent = Fill(batch, requests, failures.Add);
        if (sent.Count > 0) await RunAsync(batch, sent, failures.Add, cancellationToken);
        if (failures.Count > 0) throw StateStoreFailures.Join(failures);
    }

    public async Task TransactAsync(IReadOnlyList<StateOperation> operations, CancellationToken cancellationToken)
    {
        if (operations.Count == 0) return;
        if (operations.Count == 1)
        {
            await ExecuteOneAsync(operations[0], cancellationToken);
            return;
        }

        await using var connection = await OpenAsync(cancellationToken);
        try
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await using var batch = new NpgsqlBatch(connection, transaction);
            var sent = Fill(batch, operations, failure => throw failure);
            await RunAsync(batch, sent, failure => throw failure, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
        catch (NpgsqlException error)
        {
            throw new StateStoreException(Explain(error), error);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _janitor.DisposeAsync();
        await _database.DisposeAsync();
    }

    private async Task ExecuteOneAsync(StateOperation operation, CancellationToken cancellationToken)
    {
        var statement = _sql.Command(operation);
        await using var connection = await OpenAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection);
        batch.BatchCommands.Add(statement);
        await RunAsync(batch, [operation], failure => throw failure, cancellationToken);
    }

    /// <summary>
    /// Adds the statements, sorted by key: two calls that write the same keys then lock them in the same order and never wait for each other in a circle.
    /// Operations on one key keep their order.
    /// </summary>
    private List<StateOperation> Fill(NpgsqlBatch batch, IReadOnlyList<StateOperation> operations, Action<StateStoreException> failed)
    {
        var sent = new List<StateOperation>(operations.Count);
        foreach (var operation in operations.OrderBy(operation => operation.Key, StringComparer.Ordinal))
        {
            try
            {
                batch.BatchCommands.Add(_sql.Command(operation));
                sent.Add(operation);
            }
            catch (StateStoreException error)
            {
                failed(error);
            }
        }

        return sent;
    }

    private static async Task RunAsync(NpgsqlBatch batch, List<StateOperation> sent, Action<StateStoreException> failed, CancellationToken cancellationToken)
    {
        try
        {
            await batch.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (NpgsqlException error)
        {
            throw new StateStoreException(Explain(error), error);
        }

        for (var i = 0; i < sent.Count; i++)
        {
            if (batch.BatchCommands[i].Rows == 0 && PostgresStateSql.Unchanged(sent[i]) is { } failure) failed(failure);
        }
    }

    private async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _database.OpenConnectionAsync(cancellationToken);
        }
        catch (NpgsqlException error)
        {
            throw new StateStoreException(Explain(error), error);
        }
    }

    private static StateEntry Entry(NpgsqlDataReader reader) => new(
        reader.GetFieldValue<byte[]>(0),
        reader.GetGuid(1).ToString(),
        reader.IsDBNull(2) ? null : reader.GetFieldValue<DateTimeOffset>(2));

    /// <summary>The server's own words in the form in which daprd's driver shows them.</summary>
    private static string Explain(NpgsqlException error) =>
        error is PostgresException server ? $"{server.Severity}: {server.MessageText} (SQLSTATE {server.SqlState})" : error.Message;
}
