using System.Net.Sockets;
using Npgsql;

namespace StocksDapr.Sidecar.Workflows.Storage.Postgres;

/// <summary>
/// The one connection on which an engine's groups are stored, one after the other. A connection that breaks in the commit itself leaves open whether the
/// group is stored; the server is asked then, so that nothing is stored twice.
/// </summary>
internal sealed class GroupSession(NpgsqlDataSource database, WorkflowTables tables, string appId, TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// Every statement finds its rows by key: a plan that was made while the tables were small must not scan them when they are not. An engine that is
    /// stopped in mid-transaction must not hold its rows for long.
    /// </summary>
    private const string Settings =
        "SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; SET jit = off; SET idle_in_transaction_session_timeout = '10s'";

    private NpgsqlConnection? _connection;
    private string? _unknown;

    /// <inheritdoc cref="IWorkflowStore.CommitAsync"/>
    public async Task CommitAsync(IReadOnlyList<StoreWork> group, int engine, CancellationToken cancellationToken)
    {
        try
        {
            // The commit before broke off in the middle of this same group.
            if (_unknown is not null && await WasCommittedAsync(cancellationToken)) return;
            var connection = await ConnectAsync(cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            var commands = new GroupCommands(tables, appId, engine);
            await using (var batch = commands.ToBatch(connection, group))
            {
                await using var results = await batch.ExecuteReaderAsync(cancellationToken);
                await commands.ReadAsync(results, cancellationToken);
            }

            if (commands.Transaction is null) throw new EngineLostException();
            if (group.OfType<TurnWork>().Any(turn => !turn.Committed || turn.Contested))
            {
                await transaction.RollbackAsync(cancellationToken);
                return;
            }

            _unknown = commands.Transaction;
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

    private async Task<bool> WasCommittedAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await using var connection = await database.OpenConnectionAsync(cancellationToken);
            await using var command = new NpgsqlCommand("SELECT pg_xact_status($1::text::xid8)", connection);
            command.Parameters.AddWithValue(_unknown!);
            var status = await command.ExecuteScalarAsync(cancellationToken) as string;
            if (status == "in progress")
            {
                await Task.Delay(Pause, time, cancellationToken);
                continue;
            }

            _unknown = null;
            return status == "committed";
        }
    }

    private async ValueTask DropAsync()
    {
        if (_connection is null) return;
        var broken = _connection;
        _connection = null;
        await broken.DisposeAsync();
    }
}
