using System.Net;
using StocksDapr.Market;
using StocksDapr.Query.Tests.Support;
using StocksDapr.Support;

namespace StocksDapr.Query.Tests.Storage;

public sealed class DatabaseLossTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static readonly string[] Paths =
    [
        "/bars/AAPL", "/bars?symbols=AAPL,XYZ", "/bars/AAPL?asOf=2020-01-01T00:00:00Z", "/latest", "/latest?symbols=AAPL", "/movers", "/series", "/symbols",
        "/symbols?search=aapl", "/symbols/AAPL", "/quality/quarantine", "/quality/quarantine?import=x", "/quality/findings", "/imports", "/imports/x",
        "/imports/x/rejections", "/imports/x/missing-batches", "/status",
    ];

    [Fact]
    public async Task Without_a_database_every_answer_is_an_honest_503()
    {
        await using var query = await TestQuery.StartAsync("Host=127.0.0.1;Port=1;Username=nobody;Database=none");

        foreach (var path in Paths)
        {
            using var answer = await query.Client.GetAsync(path);
            answer.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable, path);
            answer.Headers.RetryAfter!.Delta.Should().BePositive();
            var problem = await query.GetProblemAsync(path, 503);
            problem["code"]!.GetValue<string>().Should().Be("database_unavailable");
            problem["retry"]!.GetValue<bool>().Should().BeTrue();
        }

        (await query.Client.GetAsync("/readyz")).StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        (await query.Client.GetAsync("/healthz")).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Before_Writer_has_made_the_tables_it_is_not_ready_and_says_so()
    {
        await using var market = await TestMarket.CreateAsync(postgres, migrated: false);
        await using var query = await TestQuery.StartAsync(market.ConnectionString);
        (await query.Client.GetAsync("/readyz")).StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        foreach (var path in Paths)
            (await query.GetProblemAsync(path, 503))["code"]!.GetValue<string>().Should().Be("schema_not_ready", path);

        await market.MigrateAsync();

        (await query.Client.GetAsync("/readyz")).StatusCode.Should().Be(HttpStatusCode.OK);
        await query.GetAsync("/status");
        await query.GetProblemAsync("/bars/AAPL", 404);
    }

    [Fact]
    public async Task What_is_in_memory_is_not_answered_while_nobody_can_say_whether_it_still_holds()
    {
        await using var market = await TestMarket.CreateAsync(postgres);
        await market.StoreAsync("AAPL", Interval.OneDay, Sample.Days(Sample.Day(2020, 1, 1), 10));
        await using var query = await TestQuery.StartAsync(market);
        await query.GetAsync("/bars/AAPL");

        await market.Admin.DisposeAsync();
        var name = new Npgsql.NpgsqlConnectionStringBuilder(market.ConnectionString).Database;
        await using var other = Npgsql.NpgsqlDataSource.Create(new Npgsql.NpgsqlConnectionStringBuilder(market.ConnectionString) { Database = "postgres" });
        await using var drop = other.CreateCommand($"DROP DATABASE \"{name}\" WITH (FORCE)");
        await drop.ExecuteNonQueryAsync();

        await Eventually.BeTrueAsync(() => !query.Cache.IsOn);
        await query.GetProblemAsync("/bars/AAPL", 503);
    }

    [Fact]
    public async Task It_reads_only()
    {
        await using var market = await TestMarket.CreateAsync(postgres);
        await using var query = await TestQuery.StartAsync(market);

        var writing = () => query.Service<Query.Storage.MarketDatabase>().ListAsync("DELETE FROM market.bars RETURNING 1", [], _ => 1, default);

        (await writing.Should().ThrowAsync<Npgsql.PostgresException>()).Which.SqlState.Should().Be(Npgsql.PostgresErrorCodes.ReadOnlySqlTransaction);
    }
}
