using Npgsql;

namespace StocksDapr.Writer.Storage;

/// <summary>The market database as Writer opens it.</summary>
internal sealed class Database : IAsyncDisposable
{
    // Every statement here goes by key. A plan that was made while a table was empty may scan it, and a prepared statement
    // would keep that plan while the table grows; and compiling never pays for statements of a millisecond.
    private const string SessionSql = "SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; SET jit = off; SET timezone = 'UTC'";

    private readonly NpgsqlDataSource _source;

    private Database(NpgsqlDataSource source) => _source = source;

    /// <exception cref="ArgumentException">The connection string cannot be read.</exception>
    public static Database Create(string connectionString, ILoggerFactory? loggers = null)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        settings.ApplicationName ??= "stocks-writer";
        if (settings.MaxAutoPrepare == 0)
            settings.MaxAutoPrepare = 40;
        settings.AutoPrepareMinUsages = 2;
        settings.WriteBufferSize = Math.Max(settings.WriteBufferSize, 64 * 1024);
        settings.ReadBufferSize = Math.Max(settings.ReadBufferSize, 64 * 1024);

        var builder = new NpgsqlDataSourceBuilder(settings.ConnectionString);
        builder.UseLoggerFactory(loggers);
        builder.UsePhysicalConnectionInitializer(
            static connection =>
            {
                using var command = new NpgsqlCommand(SessionSql, connection);
                command.ExecuteNonQuery();
            },
            static async connection =>
            {
                await using var command = new NpgsqlCommand(SessionSql, connection);
                await command.ExecuteNonQueryAsync();
            });
        return new Database(builder.Build());
    }

    public ValueTask<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken) => _source.OpenConnectionAsync(cancellationToken);

    public ValueTask DisposeAsync() => _source.DisposeAsync();
}
