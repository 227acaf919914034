using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using StocksDapr.Contracts;
using StocksDapr.Support;
using StocksDapr.Writer.Migrations;
using static StocksDapr.Writer.Tests.CleanBarsOf;

namespace StocksDapr.Writer.Tests.Migrations;

public sealed class StartTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    [Fact]
    public async Task At_start_the_schema_is_brought_up_to_date()
    {
        await using var writer = await RunningWriter.StartAsync(await postgres.CreateDatabaseAsync());

        await writer.BecomesReadyAsync();

        (await writer.DeliverAsync(Topics.Bars, Daily(Bar("2013-02-08")))).Should().Equal("SUCCESS");
    }

    [Fact]
    public async Task Where_a_job_migrates_the_service_waits_for_it_and_takes_deliveries_meanwhile()
    {
        var connectionString = await postgres.CreateDatabaseAsync();
        await using var writer = await RunningWriter.StartAsync(connectionString, ("Writer:MigrateOnStart", "false"));
        var waiting = writer.DeliverAsync(Topics.Bars, Daily(Bar("2013-02-08")));
        (await writer.DeliverAsync(Topics.Imports, new Contracts.Messages.ImportRead("i1", 1, 1, 0))).Should().Equal("RETRY");
        (await writer.IsReadyAsync()).Should().BeFalse();
        await using (var source = NpgsqlDataSource.Create(connectionString))
        await using (var question = source.CreateCommand("SELECT to_regnamespace('market') IS NULL"))
            (await question.ExecuteScalarAsync()).Should().Be(true);

        await using var database = MarketDatabase.Open(connectionString);
        await new Migrator(database, NullLogger.Instance).MigrateAsync(CancellationToken.None);

        (await waiting).Should().Equal("SUCCESS");
        await writer.BecomesReadyAsync();
    }
}
