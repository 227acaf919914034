using StocksDapr.Market;
using StocksDapr.Query.Freshness;
using StocksDapr.Query.Tests.Support;
using StocksDapr.Support;

namespace StocksDapr.Query.Tests.Freshness;

public sealed class FreshnessTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static readonly DateTimeOffset Day = Sample.Day(2020, 1, 2);

    [Fact]
    public async Task After_the_fence_an_answer_has_everything_committed_before()
    {
        await using var market = await TestMarket.CreateAsync(postgres);
        await using var query = await TestQuery.StartAsync(market);
        var fence = query.Service<Fence>();
        await market.StoreAsync("AAPL", Interval.OneDay, [new Bar(Day, 1, 1, 1, 0, 1)]);

        // Readers keep the block in memory, or a read of it under way, at every moment.
        using var done = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (!done.IsCancellationRequested)
                await query.GetAsync("/bars/AAPL");
        })).ToArray();
        for (var close = 1; close <= 100; close++)
        {
            await market.StoreAsync("AAPL", Interval.OneDay, [new Bar(Day, 1, 1, 1, close, 1)]);
            await fence.PassAsync(default);
            var bars = await query.GetAsync("/bars/AAPL");
            bars["bars"]!["AAPL"]![0]!["close"]!.GetValue<double>().Should().Be(close);
        }

        await done.CancelAsync();
        await Task.WhenAll(readers);
        query.Cache.IsOn.Should().BeTrue();
    }

    [Fact]
    public async Task A_receipt_says_completed_only_when_the_bars_can_be_read()
    {
        await using var market = await TestMarket.CreateAsync(postgres);
        await using var query = await TestQuery.StartAsync(market);
        await market.StoreAsync("AAPL", Interval.OneDay, Sample.Days(Day, 1));
        await query.GetAsync("/bars/AAPL");

        for (var i = 1; i <= 20; i++)
        {
            await market.StoreAsync("AAPL", Interval.OneDay, Sample.Days(Day, i + 1));
            await market.ExecuteAsync("INSERT INTO market.imports (id, source, interval, accepted_at, batches, rows, rejected, read_at) VALUES ($1, 'csv', '1d', now(), 0, 0, 0, now())", $"import-{i}");
            (await query.GetAsync($"/imports/import-{i}"))["state"]!.GetValue<string>().Should().Be("completed");
            (await query.GetAsync("/bars/AAPL"))["bars"]!["AAPL"]!.AsArray().Should().HaveCount(i + 1);
        }
    }

    [Fact]
    public async Task Bars_of_a_symbol_that_was_unknown_a_moment_ago_are_found()
    {
        await using var market = await TestMarket.CreateAsync(postgres);
        await using var query = await TestQuery.StartAsync(market);
        await query.GetProblemAsync("/bars/AAPL", 404);

        await market.StoreAsync("AAPL", Interval.OneDay, Sample.Days(Day, 3));

        (await query.GetAsync("/bars/AAPL"))["bars"]!["AAPL"]!.AsArray().Should().HaveCount(3);
    }

    [Fact]
    public async Task When_the_listening_connection_breaks_the_cache_goes_off_and_comes_back_empty()
    {
        await using var market = await TestMarket.CreateAsync(postgres);
        await market.StoreAsync("AAPL", Interval.OneDay, [new Bar(Day, 1, 1, 1, 1, 1)]);
        await using var query = await TestQuery.StartAsync(market);
        await query.GetAsync("/bars/AAPL");
        query.Cache.Bytes.Should().BePositive();

        // What is stored without a word is only seen because the cache was emptied.
        await market.StoreAsync("AAPL", Interval.OneDay, [new Bar(Day, 1, 1, 1, 2, 1)], announce: false);
        (await CloseAsync(query)).Should().Be(1);
        await market.ExecuteAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'");

        await Eventually.PassAsync(async () => (await CloseAsync(query)).Should().Be(2));
        await Eventually.BeTrueAsync(() => query.Cache.IsOn);
        await market.StoreAsync("AAPL", Interval.OneDay, [new Bar(Day, 1, 1, 1, 3, 1)]);
        await query.Service<Fence>().PassAsync(default);
        (await CloseAsync(query)).Should().Be(3);
    }

    [Fact]
    public async Task A_notification_that_cannot_be_read_empties_the_cache()
    {
        await using var market = await TestMarket.CreateAsync(postgres);
        await market.StoreAsync("AAPL", Interval.OneDay, [new Bar(Day, 1, 1, 1, 1, 1)]);
        await using var query = await TestQuery.StartAsync(market);
        await query.GetAsync("/bars/AAPL");

        await market.ExecuteAsync("SELECT pg_notify('stored', 'nonsense')");
        await query.Service<Fence>().PassAsync(default);

        query.Cache.Bytes.Should().Be(0);
    }

    [Theory]
    [InlineData("AAPL|10|1360281600|1517961600", true)]
    [InlineData("BRK/B|3|-86400|0", true)]
    [InlineData("AAPL|10|1360281600", false)]
    [InlineData("AAPL|99|1|2", false)]
    [InlineData("aapl|10|1|2", false)]
    [InlineData("AAPL|10|x|2", false)]
    [InlineData("", false)]
    public void Only_the_form_that_Writer_sends_is_understood(string payload, bool understood) =>
        StoredNotification.TryParse(payload, out _).Should().Be(understood);

    private static async Task<double> CloseAsync(TestQuery query) =>
        (await query.GetAsync("/bars/AAPL"))["bars"]!["AAPL"]![0]!["close"]!.GetValue<double>();
}
