using System.Globalization;
using Npgsql;
using StocksDapr.Market;
using StocksDapr.Support;

namespace StocksDapr.Query.Tests.Support;

/// <summary>A database with Writer's schema, taken from its SQL files, and hands to put market data in as Writer does.</summary>
internal sealed class TestMarket : IAsyncDisposable
{
    private TestMarket(string connectionString) => (ConnectionString, Admin) = (connectionString, NpgsqlDataSource.Create(connectionString));

    public string ConnectionString { get; }

    /// <summary>May write, as Writer may.</summary>
    public NpgsqlDataSource Admin { get; }

    public static async Task<TestMarket> CreateAsync(PostgresFixture postgres, bool migrated = true)
    {
        var market = new TestMarket(await postgres.CreateDatabaseAsync());
        if (migrated)
            await market.MigrateAsync();
        return market;
    }

    public async Task MigrateAsync()
    {
        await ExecuteAsync("CREATE SCHEMA IF NOT EXISTS market");
        foreach (var file in Directory.GetFiles(Path.Combine(Repository(), "services", "Writer", "Migrations"), "*.sql").Order(StringComparer.Ordinal))
            await ExecuteAsync(await File.ReadAllTextAsync(file));
    }

    public async Task ExecuteAsync(string sql, params object?[] values)
    {
        await using var command = Admin.CreateCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value ?? DBNull.Value });
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Stores bars and announces them, in one transaction; a bar that is there and differs becomes a revision.</summary>
    public async Task StoreAsync(string symbol, Interval interval, IEnumerable<Bar> bars, string source = "test", bool announce = true)
    {
        await AddSymbolAsync(symbol);
        var all = bars.ToArray();
        foreach (var year in all.Select(bar => bar.Start.Year).Distinct())
            await ExecuteAsync("SELECT market.create_bars_partition($1)", year);
        await ExecuteAsync("INSERT INTO market.sources (name) VALUES ($1) ON CONFLICT DO NOTHING", source);
        await using var connection = await Admin.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        foreach (var bar in all)
            await UpsertAsync(connection, symbol, interval, bar, source);
        await RunAsync(connection, """
            INSERT INTO market.series (first_start, last_start, bars, changed_at, symbol_id, interval_id)
            SELECT min(start), max(start), count(*), clock_timestamp(), symbol_id, interval_id
            FROM market.bars WHERE symbol_id = (SELECT id FROM market.symbols WHERE symbol = $1) AND interval_id = $2
            GROUP BY symbol_id, interval_id
            ON CONFLICT (symbol_id, interval_id) DO UPDATE
            SET first_start = excluded.first_start, last_start = excluded.last_start, bars = excluded.bars
            """, symbol, interval.Id);
        if (announce)
        {
            var payload = string.Create(
                CultureInfo.InvariantCulture,
                $"{symbol}|{interval.Id}|{all.Min(bar => bar.Start).ToUnixTimeSeconds()}|{all.Max(bar => bar.Start).ToUnixTimeSeconds()}");
            await RunAsync(connection, "SELECT pg_notify('stored', $1)", payload);
        }

        await transaction.CommitAsync();
    }

    public Task AddSymbolAsync(string symbol, string? name = null, params string[] aliases) => ExecuteAsync(
        """
        INSERT INTO market.symbols (symbol, name, aliases, search) VALUES ($1, $2, $3, $4)
        ON CONFLICT (symbol) DO NOTHING
        """,
        symbol, name, aliases, string.Join(' ', new[] { symbol, name }.Concat(aliases).Where(text => text is not null)).ToLowerInvariant());

    public ValueTask DisposeAsync() => Admin.DisposeAsync();

    private static async Task UpsertAsync(NpgsqlConnection connection, string symbol, Interval interval, Bar bar, string source)
    {
        const string Key = "symbol_id = (SELECT id FROM market.symbols WHERE symbol = $1) AND interval_id = $2 AND start = $3";
        await RunAsync(connection, $"""
            INSERT INTO market.bar_revisions (start, open, high, low, close, volume, fetched_at, recorded_at, superseded_at, symbol_id, interval_id, source_id)
            SELECT start, open, high, low, close, volume, fetched_at, recorded_at, transaction_timestamp(), symbol_id, interval_id, source_id
            FROM market.bars WHERE {Key}
            """, symbol, interval.Id, bar.Start.UtcDateTime);
        await RunAsync(connection, $"DELETE FROM market.bars WHERE {Key}", symbol, interval.Id, bar.Start.UtcDateTime);
        await RunAsync(connection, """
            INSERT INTO market.bars (symbol_id, interval_id, start, open, high, low, close, volume, fetched_at, recorded_at, source_id)
            SELECT y.id, $2, $3, $4, $5, $6, $7, $8, transaction_timestamp(), transaction_timestamp(), s.id
            FROM market.symbols AS y, market.sources AS s WHERE y.symbol = $1 AND s.name = $9
            """, symbol, interval.Id, bar.Start.UtcDateTime, bar.Open, bar.High, bar.Low, bar.Close, bar.Volume, source);
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql, params object[] values)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        await command.ExecuteNonQueryAsync();
    }

    private static string Repository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "StocksDapr.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("The tests do not run inside the repository.");
    }
}
