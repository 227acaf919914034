using Npgsql;

namespace StocksDapr.Writer.Storage;

/// <summary>
/// The market database as Writer opens it. The connection string comes from a secret store that may answer later than this
/// service starts: whoever opens a connection before waits for it.
/// </summary>
internal sealed class Database(ILoggerFactory? loggers = null) : IAsyncDisposable
{
    // Every statement here goes by key. A plan that was made while a table was empty may scan it, and a prepared statement
    // would keep that plan while the table grows; and compiling never pays for statements of a millisecond.
    private const string SessionSettings = "-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c jit=off -c timezone=UTC";

    private readonly TaskCompletionSource<NpgsqlDataSource> _source = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>To be called once.</summary>
    /// <exception cref="ArgumentException">The connection string cannot be read.</exception>
    public void Use(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        settings.ApplicationName ??= "stocks-writer";
        if (settings.MaxAutoPrepare == 0)
            settings.MaxAutoPrepare = 40;
        settings.AutoPrepareMinUsages = 2;
        settings.Options = $"{settings.Options} {SessionSettings}".TrimStart();
        settings.WriteBufferSize = Math.Max(settings.WriteBufferSize, 64 * 1024);
        settings.ReadBufferSize = Math.Max(settings.ReadBufferSize, 64 * 1024);

        // Nothing is left in a session that would have to be reset: no temporary tables, no settings, and locks end with transactions.
        settings.NoResetOnClose = true;
        var builder = new NpgsqlDataSourceBuilder(settings.ConnectionString);
        builder.UseLoggerFactory(loggers);
        _source.SetResult(builder.Build());
    }

    /// <exception cref="NpgsqlException">The database cannot be reached.</exception>
    public async ValueTask<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var source = await _source.Task.WaitAsync(cancellationToken);
        return await source.OpenConnectionAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (_source.TrySetCanceled() || !_source.Task.IsCompletedSuccessfully)
            return;
        await (await _source.Task).DisposeAsync();
    }
}
