using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using StocksDapr.Market;
using StocksDapr.Support;
using StocksDapr.Writer.Migrations;
using StocksDapr.Writer.Storage;

namespace StocksDapr.Writer.Tests.Migrations;

public sealed class MigratorTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>, IAsyncLifetime
{
    private static readonly Migration One = Migration.Create(1, "one", "CREATE TABLE market.one (id integer);");
    private static readonly Migration Two = Migration.Create(2, "two", "CREATE TABLE market.two (id integer);");

    private string _connectionString = "";
    private Database _database = null!;

    public async Task InitializeAsync()
    {
        _connectionString = await postgres.CreateDatabaseAsync();
        _database = MarketDatabase.Open(_connectionString);
    }

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task A_second_time_finds_nothing_to_do()
    {
        (await MigrateAsync(Migration.All)).Should().Be(Migration.All.Count);
        (await MigrateAsync(Migration.All)).Should().Be(0);
    }

    [Fact]
    public async Task Replicas_that_start_together_apply_each_migration_once()
    {
        var databases = Enumerable.Range(0, 6).Select(_ => MarketDatabase.Open(_connectionString)).ToList();

        var applied = await Task.WhenAll(databases.Select(database => new Migrator(database, NullLogger.Instance).MigrateAsync(CancellationToken.None)));

        applied.Sum().Should().Be(Migration.All.Count);
        foreach (var database in databases)
            await database.DisposeAsync();
    }

    [Fact]
    public async Task An_applied_migration_that_was_edited_is_refused_by_name()
    {
        await MigrateAsync([One, Two]);

        var tampered = () => MigrateAsync([Migration.Create(1, "one", "CREATE TABLE market.other (id integer);"), Two]);

        (await tampered.Should().ThrowAsync<MigrationException>()).WithMessage("Migration 0001 ('one') was applied to this database with other contents*");
    }

    [Fact]
    public async Task Line_ends_are_not_an_edit()
    {
        await MigrateAsync([Migration.Create(1, "one", "CREATE TABLE market.one\n(id integer);")]);

        (await MigrateAsync([Migration.Create(1, "one", "CREATE TABLE market.one\r\n(id integer);")])).Should().Be(0);
    }

    [Fact]
    public async Task A_migration_that_fails_leaves_nothing_behind_and_what_came_before_it_stays()
    {
        var broken = () => MigrateAsync([One, Migration.Create(2, "broken", "CREATE TABLE market.half (id integer); SELECT 1 / 0;")]);

        (await broken.Should().ThrowAsync<MigrationException>()).WithMessage("Migration 0002 ('broken') failed and left nothing behind: division by zero");
        (await MigrateAsync([One, Two])).Should().Be(1);
        (await ScalarAsync("SELECT to_regclass('market.half') IS NULL")).Should().Be(true);
    }

    [Fact]
    public async Task An_older_build_works_on_beside_a_newer_schema()
    {
        await MigrateAsync([One, Two]);

        (await MigrateAsync([One])).Should().Be(0);
    }

    [Fact]
    public async Task A_migration_that_was_skipped_is_refused()
    {
        await MigrateAsync([One, Two]);
        await ScalarAsync("DELETE FROM market.schema_migrations WHERE version = 1");

        var skipped = () => MigrateAsync([One, Two]);

        (await skipped.Should().ThrowAsync<MigrationException>()).WithMessage("Migration 0001 ('one') was never applied although 0002 was.");
    }

    [Fact]
    public async Task The_database_knows_the_same_intervals_as_the_code()
    {
        await MigrateAsync(Migration.All);

        await using var source = NpgsqlDataSource.Create(_connectionString);
        await using var command = source.CreateCommand("SELECT id, code FROM market.intervals ORDER BY id");
        await using var reader = await command.ExecuteReaderAsync();
        var intervals = new List<(short, string)>();
        while (await reader.ReadAsync())
            intervals.Add((reader.GetInt16(0), reader.GetString(1)));
        intervals.Should().Equal(Interval.All.Select(interval => (interval.Id, interval.Code)));
    }

    private Task<int> MigrateAsync(IReadOnlyList<Migration> migrations) =>
        new Migrator(_database, NullLogger.Instance, migrations).MigrateAsync(CancellationToken.None);

    private async Task<object?> ScalarAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(_connectionString);
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }
}
