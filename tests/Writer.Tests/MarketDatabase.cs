using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using StocksDapr.Support;
using StocksDapr.Writer.Bars;
using StocksDapr.Writer.Migrations;
using StocksDapr.Writer.Storage;

namespace StocksDapr.Writer.Tests;

/// <summary>A migrated database of a test's own, with questions to ask it.</summary>
internal sealed class MarketDatabase : IAsyncDisposable
{
    private readonly NpgsqlDataSource _observer;

    private MarketDatabase(string connectionString)
    {
        ConnectionString = connectionString;
        Database = Open(connectionString);
        _observer = NpgsqlDataSource.Create(connectionString);
    }

    public string ConnectionString { get; }

    public Database Database { get; }

    public static async Task<MarketDatabase> CreateAsync(PostgresFixture postgres) => await CreateAsync(await postgres.CreateDatabaseAsync());

    public static async Task<MarketDatabase> CreateAsync(string connectionString)
    {
        var database = new MarketDatabase(connectionString);
        await new Migrator(database.Database, NullLogger.Instance).MigrateAsync(CancellationToken.None);
        return database;
    }

    public static Database Open(string connectionString)
    {
        var database = new Database();
        database.Use(connectionString);
        return database;
    }

    /// <summary>A store as another replica would have it, with caches of its own.</summary>
    public BarStore NewStore() => new(Database, new Catalog(), new Partitions());

    /// <summary>The first column of the first row.</summary>
    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var command = _observer.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>Every row as text, columns separated by '|', null as nothing.</summary>
    public async Task<List<string>> RowsAsync(string sql)
    {
        await using var command = _observer.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync())
        {
            rows.Add(string.Join('|', Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i)
                ? ""
                : Convert.ToString(reader.GetValue(i), System.Globalization.CultureInfo.InvariantCulture))));
        }

        return rows;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = _observer.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    public ValueTask<NpgsqlConnection> ConnectAsync() => _observer.OpenConnectionAsync();

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        await _observer.DisposeAsync();
    }
}
