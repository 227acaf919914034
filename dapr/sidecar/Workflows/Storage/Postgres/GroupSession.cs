using System.Net.Sockets;
using Npgsql;

namespace StocksDapr.Sidecar.Workflows.Storage.Postgres;

/// <summary>
/// The one connection on which an engine's groups are stored, one after the other. A connection that breaks in the commit itself leaves open whether the
/// group is stored: its number, which is stored with it, tells. (The transaction's own number would not: after a crash the server gives the numbers of
/// transactions that it lost to others.)
/// </summary>
internal sealed class GroupSession(NpgsqlDataSource database, WorkflowTables tables, string appId) : IAsyncDisposable
{
    /// <summary>
    /// Every statement finds its rows by key: a plan that was made while the tables were small must not scan them when they are not. An engine that is
    /// stopped in mid-transaction must not hold its rows for long.
    /// </summary>
    private const string Settings =
        "SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; SET jit = off; SET idle_in_transaction_session_timeout = '10s'";

    private NpgsqlConnection? _connection;
    private long _number;
    private (int Engine, long Number)? _unknown;

    /// <inheritdoc cref="IWorkflowStore.CommitAsync"/>
    public async Task CommitAsync(IReadOnlyList<StoreWork> group, int engine, CancellationToken cancellationToken)
    {
        try
        {
            // The commit before broke off in the middle of this same group.
            if (_unknown is { } unknown && await WasStoredAsync(unknown.Engine, unknown.Number, cancellationToken)) return;
            var connection = await ConnectAsync(cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            var number = ++_number;
            var commands = new GroupCommands(tables, appId, engine, number);
            await using (var batch = commands.ToBatch(connection, group))
            {
                await using var results = await batch.ExecuteReaderAsync(cancellationToken);
                await commands.ReadAsync(results, cancellationToken);
            }

            if (!commands.HoldsEngine) throw new EngineLostException();
            if (group.OfType<TurnWork>().Any(turn => !turn.Committed || turn.Contested))
            {
                await transaction.RollbackAsync(cancellationToken);
                return;
            }

            _unknown = (engine, number);
            await transaction.CommitAsync(cancellationToken);
            _unknown = null;
        }
        catch (PostgresException refused) when (!IsOutage(refused))
        {
            _unknown = null;
            throw new StoreRefusedException(refused.MessageText, refused);
        }
        catch (Exception failure) when (failure is NpgsqlException or SocketException or IOException or TimeoutException)
        {
            await DropAsync();
            throw new StoreUnavailableException(failure.Message, failure);
        }
        catch
        {
            if (_connection is { FullState: not System.Data.ConnectionState.Open }) await DropAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => DropAsync();

    /// <summary>What passes: the server is away or starts, or two transactions were in each other's way.</summary>
    public static bool IsOutage(NpgsqlException failure) => failure is not PostgresException server
        || server.SqlState is PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.QueryCanceled
        || server.SqlState.StartsWith("08", StringComparison.Ordinal) || server.SqlState.StartsWith("53", StringComparison.Ordinal)
        || server.SqlState.StartsWith("57", StringComparison.Ordinal) || server.SqlState == "25P03";

    private async Task<NpgsqlConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        if (_connection is not null) return _connection;
        var connection = await database.OpenConnectionAsync(cancellationToken);
        try
        {
            await using var command = new NpgsqlCommand(Settings, connection);
            await command.ExecuteNonQueryAsync(cancellationToken);
            return _connection = connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Waits for the row, which the transaction holds for as long as the server has not noticed that its connection is gone.</summary>
    private async Task<bool> WasStoredAsync(int engine, long number, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand($"SELECT number FROM {tables.Groups} WHERE engine = $1 FOR UPDATE", connection);
        command.Parameters.AddWithValue(engine);
        var stored = await command.ExecuteScalarAsync(cancellationToken) as long?;
        _unknown = null;
        return stored >= number;
    }

    private async ValueTask DropAsync()
    {
        if (_connection is null) return;
        var broken = _connection;
        _connection = null;
        await broken.DisposeAsync();
    }
}
