using System.Globalization;
using Npgsql;

namespace StocksDapr.Sidecar.Workflows.Storage.Postgres;

/// <summary>
/// An engine's life: a row, and an advisory lock that a connection of its own holds, so that the lock is gone the moment the process is. The same connection
/// listens for what others put into our inboxes, and looks every half second whether another engine's lock can be had: then that engine is dead, and its
/// instances are taken over. An engine that holds its lock but has said nothing for long (stopped, cut off) counts as dead too.
/// </summary>
internal sealed class PostgresMembership : IMembership, IAsyncDisposable
{
    private static readonly TimeSpan Round = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(15);

    /// <summary>After the server was away, others may need as long as we to come back.</summary>
    private static readonly TimeSpan Mercy = TimeSpan.FromSeconds(2);

    private const int RoundsToOrphans = 10;

    /// <summary>Of so many engines before this one it is known which group they stored last.</summary>
    private const int GroupsKept = 1_000;

    private readonly string _connectionString;
    private readonly WorkflowTables _tables;
    private readonly string _appId;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _joining = new(1, 1);
    private IMembershipListener? _listener;
    private Task _watching = Task.CompletedTask;
    private NpgsqlConnection? _connection;
    private DateTimeOffset _judgesFrom;
    private volatile int _workers;
    private int _rounds;
    private CancellationTokenSource _wake = new();

    public PostgresMembership(string connectionString, WorkflowTables tables, string appId, TimeProvider time, ILogger log)
    {
        _connectionString = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, TcpKeepAlive = true, KeepAlive = 0 }.ConnectionString;
        (_tables, _appId, _time, _log) = (tables, appId, time, log);
    }

    public int Id { get; private set; }

    public int OtherWithWorkers { get; private set; }

    /// <summary>Takes a number, and looks at once whose instances are without an engine.</summary>
    public async Task JoinAsync(CancellationToken cancellationToken)
    {
        await ConnectAsync(cancellationToken);
        await LookAsync(cancellationToken);
    }

    public async Task RejoinAsync(CancellationToken cancellationToken)
    {
        await _joining.WaitAsync(cancellationToken);
        try
        {
            Id = 0;
            await DropAsync();
            await ConnectAsync(cancellationToken);
        }
        catch (NpgsqlException failure)
        {
            throw new StoreUnavailableException(failure.Message, failure);
        }
        finally
        {
            _joining.Release();
        }
    }

    public void Watch(IMembershipListener listener)
    {
        _listener = listener;
        _watching = Task.Run(() => WatchAsync(_stopping.Token));
    }

    public void Announce(int workers)
    {
        _workers = workers;
        _wake.Cancel();
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _watching;
        await DropAsync();
        _stopping.Dispose();
        _joining.Dispose();
        _wake.Dispose();
    }

    private async Task WatchAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await _joining.WaitAsync(cancellationToken);
                try
                {
                    if (_connection is null)
                    {
                        await ConnectAsync(cancellationToken);
                        _judgesFrom = _time.GetUtcNow() + Mercy;
                        _listener?.OnAdopted();
                    }

                    if (await LookAsync(cancellationToken)) _listener?.OnAdopted();
                    if (_connection is null) continue;
                    _listener?.OnRound();
                    await ListenAsync(cancellationToken);
                }
                finally
                {
                    _joining.Release();
                }
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure) when (failure is NpgsqlException or IOException or InvalidOperationException or TimeoutException)
            {
                _log.MembershipInterrupted(failure);
                await DropAsync();
                await Task.Delay(Round, _time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>Waits for a round's time, or until the number of workers has changed; mail is handed on at once.</summary>
    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        _wake = new CancellationTokenSource();
        using var round = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _wake.Token);
        round.CancelAfter(Round);
        try
        {
            while (true) await _connection!.WaitAsync(round.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The round is over.
        }
    }

    private async Task ConnectAsync(CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(_connectionString);
        try
        {
            await connection.OpenAsync(cancellationToken);
            connection.Notification += (_, mail) =>
            {
                if (mail.Payload.Length == 0) _listener?.OnAdopted();
                else _listener?.OnMail(mail.Payload);
            };

            // What is lost of this with the server is said again half a second later.
            await ExecuteAsync(connection, "SET synchronous_commit = off", cancellationToken);
            if (Id == 0 || !await KeepNumberAsync(connection, cancellationToken)) await TakeNumberAsync(connection, cancellationToken);
            await ExecuteAsync(connection, $"LISTEN {_tables.Channel(Id)}", cancellationToken);
            _connection = connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private async Task TakeNumberAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        // In one transaction, and durable: nobody sees the row before the lock is held.
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync(connection, "SET LOCAL synchronous_commit = on", cancellationToken);
        await using var insert = new NpgsqlCommand($"INSERT INTO {_tables.Engines} (app_id, workers) VALUES ($1, $2) RETURNING id", connection);
        insert.Parameters.AddWithValue(_appId);
        insert.Parameters.AddWithValue(_workers);
        var id = (int)(await insert.ExecuteScalarAsync(cancellationToken))!;
        await ExecuteAsync(connection, string.Create(CultureInfo.InvariantCulture, $"SELECT pg_advisory_lock({_tables.LockClass}, {id})"), cancellationToken);
        await ExecuteAsync(connection, string.Create(CultureInfo.InvariantCulture, $"INSERT INTO {_tables.Groups} (engine) VALUES ({id})"), cancellationToken);

        // Not at once when an engine is gone: it may still want to know what became of its last group.
        await ExecuteAsync(
            connection,
            string.Create(CultureInfo.InvariantCulture, $"DELETE FROM {_tables.Groups} AS g WHERE engine < {id - GroupsKept} AND NOT EXISTS (SELECT FROM {_tables.Engines} AS e WHERE e.id = g.engine)"),
            cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        Id = id;
    }

    /// <summary>After a break: ours still, if nobody took it.</summary>
    private async Task<bool> KeepNumberAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (!await TryLockAsync(connection, Id, cancellationToken)) throw new TimeoutException("the server has not noticed yet that the connection before this one is gone");
        await using var command = new NpgsqlCommand($"UPDATE {_tables.Engines} SET heartbeat = now() WHERE id = $1", connection);
        command.Parameters.AddWithValue(Id);
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    /// <summary>Says that we live, and looks at the others. True when instances became ours.</summary>
    private async Task<bool> LookAsync(CancellationToken cancellationToken)
    {
        var connection = _connection!;
        await using var beat = new NpgsqlCommand($"UPDATE {_tables.Engines} SET heartbeat = now(), workers = $2 WHERE id = $1", connection);
        beat.Parameters.AddWithValue(Id);
        beat.Parameters.AddWithValue(_workers);
        if (await beat.ExecuteNonQueryAsync(cancellationToken) == 0)
        {
            // Somebody took us for dead: we come back as another engine.
            Id = 0;
            await DropAsync();
            return false;
        }

        var others = await OthersAsync(connection, cancellationToken);
        var adopted = await AdoptStraysAsync(connection, cancellationToken);
        var living = new List<(int Id, int Workers)>();
        foreach (var other in others)
        {
            if (_time.GetUtcNow() < _judgesFrom) living.Add((other.Id, other.Workers));
            else if (!await IsDeadAsync(connection, other.Id, other.Silent, cancellationToken)) living.Add((other.Id, other.Workers));
            else adopted |= await TakeOverAsync(connection, other.Id, cancellationToken);
        }

        OtherWithWorkers = living.Where(other => other.Workers > 0).Select(other => other.Id).FirstOrDefault();
        return adopted;
    }

    private async Task<List<(int Id, int Workers, bool Silent)>> OthersAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"SELECT id, workers, heartbeat < now() - $3 FROM {_tables.Engines} WHERE app_id = $1 AND id <> $2 ORDER BY id", connection);
        command.Parameters.AddWithValue(_appId);
        command.Parameters.AddWithValue(Id);
        command.Parameters.AddWithValue(Silence);
        var others = new List<(int, int, bool)>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken)) others.Add((reader.GetInt32(0), reader.GetInt32(1), reader.GetBoolean(2)));
        return others;
    }

    private async Task<bool> IsDeadAsync(NpgsqlConnection connection, int id, bool silent, CancellationToken cancellationToken) =>
        await TryLockAsync(connection, id, cancellationToken) || silent;

    /// <summary>With its row the dead engine's right to store anything is gone: a transaction of its own holds that row, and so is over before.</summary>
    private async Task<bool> TakeOverAsync(NpgsqlConnection connection, int id, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync(connection, "SET LOCAL synchronous_commit = on", cancellationToken);
        await using var remove = new NpgsqlCommand($"DELETE FROM {_tables.Engines} WHERE id = $1", connection);
        remove.Parameters.AddWithValue(id);
        await remove.ExecuteNonQueryAsync(cancellationToken);
        await using var take = new NpgsqlCommand($"UPDATE {_tables.Instances} SET owner = $1 WHERE app_id = $2 AND owner = $3 AND status NOT IN (1, 3, 4, 5)", connection);
        take.Parameters.AddWithValue(Id);
        take.Parameters.AddWithValue(_appId);
        take.Parameters.AddWithValue(id);
        var count = await take.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        await ExecuteAsync(connection, string.Create(CultureInfo.InvariantCulture, $"SELECT pg_advisory_unlock({_tables.LockClass}, {id})"), cancellationToken);
        _log.EngineTakenOver(id, count);
        return count > 0;
    }

    /// <summary>Instances that other apps made for ours while nobody served it; now and then also those whose owner is not there (it died in the moment that it got them).</summary>
    private async Task<bool> AdoptStraysAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var nobody = _rounds++ % RoundsToOrphans == 0 ? $"NOT EXISTS (SELECT FROM {_tables.Engines} AS e WHERE e.id = owner)" : "owner = 0";
        await using var command = new NpgsqlCommand($"UPDATE {_tables.Instances} SET owner = $1 WHERE app_id = $2 AND {nobody} AND status NOT IN (1, 3, 4, 5)", connection);
        command.Parameters.AddWithValue(Id);
        command.Parameters.AddWithValue(_appId);
        return await command.ExecuteNonQueryAsync(cancellationToken) > 0;
    }

    private async Task<bool> TryLockAsync(NpgsqlConnection connection, int id, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT pg_try_advisory_lock($1, $2)", connection);
        command.Parameters.AddWithValue(_tables.LockClass);
        command.Parameters.AddWithValue(id);
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async ValueTask DropAsync()
    {
        if (_connection is null) return;
        var connection = _connection;
        _connection = null;
        await connection.DisposeAsync();
    }
}
