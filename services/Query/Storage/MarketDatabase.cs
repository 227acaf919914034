using Microsoft.Extensions.Options;
using Npgsql;
using StocksDapr.Contracts;
using StocksDapr.ServiceDefaults;

namespace StocksDapr.Query.Storage;

/// <summary>
/// The market database, for reading only: every session is read-only and gives a statement up after
/// <see cref="QueryOptions.StatementTimeoutSeconds"/>. The connection string is a Dapr secret, fetched once.
/// </summary>
internal sealed class MarketDatabase : IAsyncDisposable
{
    /// <summary>How long a request waits for a connection or for the sidecar's secret, before it is told to come again.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private const int SignalConnections = 2;

    private readonly QueryOptions _options;
    private readonly SecretReader _secrets;
    private readonly ILoggerFactory _loggers;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private Task<Server>? _server;

    public MarketDatabase(IOptions<QueryOptions> options, SecretReader secrets, ILoggerFactory loggers)
    {
        _options = options.Value;
        _secrets = secrets;
        _loggers = loggers;
    }

    /// <summary>Runs a statement and reads every row.</summary>
    /// <exception cref="NpgsqlException">The database cannot be asked; <see cref="DatabaseFaults"/> tells the caller so.</exception>
    public async Task<List<T>> ListAsync<T>(
        string sql, NpgsqlParameter[] parameters, Func<NpgsqlDataReader, T> map, CancellationToken cancellationToken)
    {
        var rows = new List<T>();
        await ReadAsync(sql, parameters, reader => rows.Add(map(reader)), cancellationToken);
        return rows;
    }

    /// <summary>Runs a statement that answers one row or none.</summary>
    public async Task<T?> FirstAsync<T>(
        string sql, NpgsqlParameter[] parameters, Func<NpgsqlDataReader, T> map, CancellationToken cancellationToken)
        where T : class
    {
        T? first = null;
        await ReadAsync(sql, parameters, reader => first ??= map(reader), cancellationToken);
        return first;
    }

    /// <summary>Runs a statement and hands each row over; the reader is the same object every time.</summary>
    public async Task ReadAsync(string sql, NpgsqlParameter[] parameters, Action<NpgsqlDataReader> row, CancellationToken cancellationToken)
    {
        var server = await GetServerAsync(cancellationToken);
        await using var command = server.Pool.CreateCommand(sql);
        command.Parameters.AddRange(parameters);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            row(reader);
    }

    /// <summary>
    /// Sends a notification, through connections kept for this alone: readers who take all others must not make the listener look dead.
    /// </summary>
    public async Task NotifyAsync(string channel, string payload, CancellationToken cancellationToken)
    {
        var server = await GetServerAsync(cancellationToken);
        await using var command = server.Signals.CreateCommand("SELECT pg_notify($1, $2)");
        command.Parameters.Add(Parameter.Text(channel));
        command.Parameters.Add(Parameter.Text(payload));
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Opens a connection of its own, outside the pool; the caller closes it.</summary>
    public async Task<NpgsqlConnection> OpenDedicatedAsync(CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection((await GetServerAsync(cancellationToken)).UnpooledConnectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        if (_server is { IsCompletedSuccessfully: true } server)
        {
            await (await server).Pool.DisposeAsync();
            await (await server).Signals.DisposeAsync();
        }

        _stopping.Dispose();
    }

    private async ValueTask<Server> GetServerAsync(CancellationToken cancellationToken)
    {
        var server = Volatile.Read(ref _server);
        if (server is not { IsCompletedSuccessfully: true })
        {
            lock (_gate)
            {
                if (_server is null or { IsFaulted: true } or { IsCanceled: true })
                    _server = CreateAsync(_stopping.Token);
                server = _server;
            }
        }

        try
        {
            return await server.WaitAsync(Patience, cancellationToken);
        }
        catch (TimeoutException e)
        {
            throw new NpgsqlException("The address of the database is not known yet: the sidecar does not answer.", e);
        }
    }

    private async Task<Server> CreateAsync(CancellationToken cancellationToken)
    {
        var secret = await _secrets.ReadAsync(Components.PostgresSecret, cancellationToken);
        var connectionString = new NpgsqlConnectionStringBuilder(secret)
        {
            ApplicationName = "stocks-query",
            MaxPoolSize = _options.MaxConnections,
            Timeout = (int)Patience.TotalSeconds,
            CommandTimeout = _options.StatementTimeoutSeconds + 5,
            MaxAutoPrepare = 64,
            AutoPrepareMinUsages = 2,
        };

        // A word with two letters swapped still shares a third of its trigrams with the right one. Absent filters are null parameters: a plan
        // for any values would be a bad one for all.
        var settings =
            $"-c default_transaction_read_only=on -c statement_timeout={_options.StatementTimeoutSeconds}s -c timezone=UTC"
            + " -c pg_trgm.word_similarity_threshold=0.3 -c plan_cache_mode=force_custom_plan";
        connectionString.Options = string.IsNullOrEmpty(connectionString.Options) ? settings : $"{connectionString.Options} {settings}";
        var signals = new NpgsqlConnectionStringBuilder(connectionString.ConnectionString) { MaxPoolSize = SignalConnections };
        var unpooled = new NpgsqlConnectionStringBuilder(connectionString.ConnectionString) { Pooling = false, MaxAutoPrepare = 0 };
        return new Server(Open(connectionString), Open(signals), unpooled.ConnectionString);
    }

    private NpgsqlDataSource Open(NpgsqlConnectionStringBuilder connectionString) =>
        new NpgsqlDataSourceBuilder(connectionString.ConnectionString).UseLoggerFactory(_loggers).Build();

    private sealed record Server(NpgsqlDataSource Pool, NpgsqlDataSource Signals, string UnpooledConnectionString);
}
