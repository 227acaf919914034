using Npgsql;
using StocksDapr.Support;
using StocksDapr.Support.Platform;

namespace StocksDapr.EndToEnd.Runs;

/// <summary>
/// The platform with a few simulated companies, on a RabbitMQ and a PostgreSQL of the tests' own: they outlive the run, and a second replica may
/// join from outside of it.
/// </summary>
public sealed class RunsPlatform : RunningPlatform
{
    private readonly PostgresFixture _postgres = new();
    private readonly RabbitMqFixture _rabbit = new();

    // A sidecar from outside of the run sees those of every run of its user otherwise.
    private readonly DirectoryInfo _sidecars = Directory.CreateTempSubdirectory("stocks-sidecars-");

    public RunsPlatform()
    {
        Components = "rabbitmq";
        HasData = true;
    }

    /// <summary>The market database.</summary>
    public NpgsqlDataSource Database { get; private set; } = null!;

    /// <summary>Settings of Collector, the same in every replica.</summary>
    public static IReadOnlyDictionary<string, string> Settings { get; } = new Dictionary<string, string>
    {
        ["Collector__Simulated__Symbols"] = "8",
        ["Collector__Simulated__DailyYears"] = "1",
        ["Collector__Simulated__IntradayDays"] = "5",
        ["Collector__Collection__AskAgainAfter"] = "00:00:05",
        ["Collector__Collection__HealEvery"] = "00:00:02",
        ["Collector__EndOfDay__HealAttempts"] = "1",
        ["Collector__EndOfDay__HealAfter"] = "00:00:01",
    };

    public override async Task InitializeAsync()
    {
        await Task.WhenAll(_postgres.InitializeAsync(), _rabbit.InitializeAsync());
        var connection = await _postgres.CreateDatabaseAsync();
        Database = NpgsqlDataSource.Create(connection);
        Environment["STOCKS_POSTGRES"] = connection;
        Environment["STOCKS_RABBITMQ"] = (await _rabbit.CreateHostAsync()).ConnectionString;
        Environment["STOCKS_SIDECARS"] = _sidecars.FullName;
        foreach (var (name, value) in Settings)
            Environment[name] = value;
        await base.InitializeAsync();
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await Database.DisposeAsync();
        await _rabbit.DisposeAsync();
        await _postgres.DisposeAsync();
        _sidecars.Delete(recursive: true);
    }

    public async Task<long> CountAsync(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync())!;
    }
}

/// <summary>Tests that share it.</summary>
[CollectionDefinition(Name)]
public sealed class RunsPlatformCollection : ICollectionFixture<RunsPlatform>
{
    public const string Name = "platform with data";
}
