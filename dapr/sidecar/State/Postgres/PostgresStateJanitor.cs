using Npgsql;

namespace StocksDapr.Sidecar.State.Postgres;

/// <summary>Removes expired rows now and then. Sidecars on one database agree by a time stamp in it who does it.</summary>
internal sealed class PostgresStateJanitor(NpgsqlDataSource database, PostgresStateSql sql, TimeSpan? interval, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;

    /// <summary>Begins to clean up; does nothing when the component says so.</summary>
    public void Start()
    {
        if (interval is { } period) _running = RunAsync(period, _stopping.Token);
    }

    /// <summary>Removes what has expired, unless another sidecar has just done so. Returns the number of rows, or null when it was not this one's turn.</summary>
    public async Task<int?> CleanAsync(TimeSpan period, CancellationToken cancellationToken)
    {
        await using var stamp = database.CreateCommand(sql.StampCleanup);
        stamp.Parameters.AddWithValue(sql.CleanupKey);
        stamp.Parameters.AddWithValue((long)period.TotalMilliseconds - 100);
        if (await stamp.ExecuteNonQueryAsync(cancellationToken) == 0) return null;
        await using var delete = database.CreateCommand(sql.DeleteExpired);
        return await delete.ExecuteNonQueryAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running;
        _stopping.Dispose();
    }

    private async Task RunAsync(TimeSpan period, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(period, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                try
                {
                    if (await CleanAsync(period, cancellationToken) is { } rows) StateLog.ExpiredRemoved(logger, rows);
                }
                catch (NpgsqlException error)
                {
                    // The database may be back at the next turn; nothing is lost by waiting.
                    StateLog.CleanupFailed(logger, error);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The sidecar stops.
        }
    }
}
