using System.Text.Json.Nodes;
using StocksDapr.Query.Bars;
using StocksDapr.Query.Streams;
using StocksDapr.Query.Tests.Support;
using StocksDapr.Support;

namespace StocksDapr.Query.Tests.Streams;

public sealed class StreamEventsTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private const short Minute = 1, Day = 10;

    [Fact]
    public async Task Without_a_position_the_forming_bars_are_told_and_from_where_to_go_on()
    {
        await using var market = await MarketAsync();
        await using var query = await TestQuery.StartAsync(market);
        await StoredAsync(market, "AAPL", Minute);
        await FormingAsync(market, "AAPL", Minute, partial: true);
        await StoredAsync(market, "MSFT", Day);

        var page = await query.GetAsync("/stream/events");

        Ids(page).Should().Equal(2);
        page["through"]!.GetValue<long>().Should().Be(3);
        page["epoch"]!.GetValue<string>().Should().MatchRegex("^[0-9a-f]{8}$");
        page["events"]![0]!["kind"]!.GetValue<string>().Should().Be("forming");
        page["events"]![0]!["data"]!.ToJsonString().Should().StartWith(
            """{"symbol":"AAPL","interval":"1min","t":"2026-11-20T15:00:00Z","open":10,"high":11,"low":9,"close":10.5,"volume":100,"source":"test","final":false,"ended":false,"partial":true,"recordedAt":"20""");
    }

    [Fact]
    public async Task After_a_position_log_and_forming_bars_come_in_the_order_of_their_positions()
    {
        await using var market = await MarketAsync();
        await using var query = await TestQuery.StartAsync(market);
        await StoredAsync(market, "AAPL", Minute);
        await FormingAsync(market, "AAPL", Minute);
        await StoredAsync(market, "MSFT", Day, kind: 2);
        await StoredAsync(market, "AAPL", Day, kind: 3);

        var page = await query.GetAsync("/stream/events?after=0");
        Ids(page).Should().Equal(1, 2, 3, 4);
        page["events"]!.AsArray().Select(item => item!["kind"]!.GetValue<string>()).Should().Equal("bar", "forming", "correction", "reset");
        page["events"]![2]!["data"]!["revision"]!.ToJsonString().Should().Be("""{"open":1,"high":2,"low":0.5,"close":1.5,"volume":7}""");
        page["events"]![3]!["data"]!.ToJsonString().Should().Contain("\"from\":\"2026-11-20\",\"to\":\"2026-11-20\"").And.Contain("many_bars");
        page["events"]![3]!["last"]!.GetValue<long>().Should().Be(page["events"]![3]!["start"]!.GetValue<long>());

        Ids(await query.GetAsync("/stream/events?after=2")).Should().Equal(3, 4);
        Ids(await query.GetAsync("/stream/events?after=0&symbols=AAPL&intervals=1d")).Should().Equal(4);
        var part = await query.GetAsync("/stream/events?after=0&limit=2");
        Ids(part).Should().Equal(1, 2);
        part["through"]!.GetValue<long>().Should().Be(2);
        (await query.GetAsync("/stream/events?after=0&symbols=MSFT"))["through"]!.GetValue<long>().Should().Be(4, "there is nothing else for this symbol up to there");
    }

    [Theory]
    [InlineData(4, true)]
    [InlineData(5, false)]
    [InlineData(6, false)]
    [InlineData(7, true)]
    public async Task A_position_before_what_is_kept_or_of_another_database_is_missed(int after, bool missed)
    {
        await using var market = await MarketAsync();
        await using var query = await TestQuery.StartAsync(market);
        await market.ExecuteAsync("SELECT setval('market.stream_position', 5)");
        await market.ExecuteAsync("UPDATE market.stream_state SET pruned_through = 5");
        await StoredAsync(market, "AAPL", Day);

        var page = await query.GetAsync($"/stream/events?after={after}&wait=0");

        page["missed"]!.GetValue<bool>().Should().Be(missed);
        Ids(page).Should().HaveCount(after == 5 ? 1 : 0);
    }

    [Fact]
    public async Task Who_waits_is_answered_when_there_is_news_and_when_the_time_is_over()
    {
        await using var market = await MarketAsync();
        await using var query = await TestQuery.StartAsync(market);

        var waiting = query.GetAsync("/stream/events?after=0&wait=30");
        await StoredAsync(market, "AAPL", Day);

        Ids(await waiting.WaitAsync(TimeSpan.FromSeconds(25))).Should().Equal(1);
        (await query.GetAsync("/stream/events?after=1&wait=1"))["through"]!.GetValue<long>().Should().Be(1);
    }

    [Theory]
    [InlineData("after=-1", "bad_after")]
    [InlineData("after=1&wait=31", "bad_wait")]
    [InlineData("after=1&intervals=1min,2min", "bad_interval")]
    [InlineData("before=1", "unknown_parameter")]
    public async Task What_cannot_be_asked_is_refused(string query, string code)
    {
        await using var market = await MarketAsync();
        await using var service = await TestQuery.StartAsync(market);

        (await service.GetProblemAsync($"/stream/events?{query}", 400))["code"]!.GetValue<string>().Should().Be(code);
    }

    [Fact]
    public async Task A_subscription_is_checked_and_said_back()
    {
        await using var market = await MarketAsync();
        await using var service = await TestQuery.StartAsync(market);

        (await service.GetAsync("/stream/subscription?symbols=aapl,AAPL,NOPE,%24&interval=1m,1d,1min&lastEventId=x")).ToJsonString().Should()
            .StartWith("""{"symbols":["AAPL","NOPE"],"intervals":["1min","1d"],"errors":{"NOPE":{"code":"unknown_symbol",""").And.Contain("\"$\":{\"code\":\"bad_symbol\"");
        (await service.GetAsync("/stream/subscription?symbols=*")).ToJsonString().Should().Be("""{"intervals":["1d"],"errors":{}}""");
    }

    [Theory]
    [InlineData("", 400, "missing_symbols")]
    [InlineData("symbols=%24", 400, "bad_symbol")]
    [InlineData("symbols=NOPE", 404, "unknown_symbol")]
    [InlineData("symbols=AAPL&interval=1min,2h", 400, "bad_interval")]
    [InlineData("symbols=AAPL&limit=5", 400, "unknown_parameter")]
    public async Task A_subscription_that_makes_no_sense_is_refused(string query, int status, string code)
    {
        await using var market = await MarketAsync();
        await using var service = await TestQuery.StartAsync(market);

        (await service.GetProblemAsync($"/stream/subscription?{query}", status))["code"]!.GetValue<string>().Should().Be(code);
    }

    [Fact]
    public async Task So_many_symbols_may_be_followed_and_no_more()
    {
        await using var market = await MarketAsync();
        await using var service = await TestQuery.StartAsync(market);
        var most = "AAPL," + string.Join(',', Enumerable.Range(2, BarsRequest.MaxSymbols - 1).Select(number => $"S{number}"));

        (await service.GetAsync($"/stream/subscription?symbols={most}"))["symbols"]!.AsArray().Should().HaveCount(BarsRequest.MaxSymbols);
        (await service.GetProblemAsync($"/stream/subscription?symbols={most},ONE", 400))["code"]!.GetValue<string>().Should().Be("too_many_symbols");
    }

    private async Task<TestMarket> MarketAsync()
    {
        var market = await TestMarket.CreateAsync(postgres);
        await market.AddSymbolAsync("AAPL");
        await market.AddSymbolAsync("MSFT");
        await market.ExecuteAsync("INSERT INTO market.sources (name) VALUES ('test')");
        return market;
    }

    private static long[] Ids(JsonNode page) => [.. page["events"]!.AsArray().Select(item => item!["id"]!.GetValue<long>())];

    private static async Task StoredAsync(TestMarket market, string symbol, short interval, short kind = 1)
    {
        await market.ExecuteAsync(
            """
            INSERT INTO market.stream_events
                (position, symbol_id, interval_id, source_id, kind, start, last_start, open, high, low, close, volume, old_open, old_high, old_low, old_close, old_volume, recorded_at)
            SELECT nextval('market.stream_position'), y.id, $2, s.id, $3, '2026-11-20', '2026-11-20', 10, 11, 9, 10.5, 100, 1, 2, 0.5, 1.5, 7, clock_timestamp()
            FROM market.symbols y, market.sources s WHERE y.symbol = $1
            """,
            symbol, interval, kind);
        await market.ExecuteAsync($"SELECT pg_notify('{StreamSql.Channel}', '')");
    }

    private static Task FormingAsync(TestMarket market, string symbol, short interval, bool partial = false) => market.ExecuteAsync(
        """
        INSERT INTO market.live_bars (position, symbol_id, interval_id, source_id, start, open, high, low, close, volume, updated_at, recorded_at, partial, ended)
        SELECT nextval('market.stream_position'), y.id, $2, s.id, '2026-11-20 15:00Z', 10, 11, 9, 10.5, 100, now(), now(), $3, false
        FROM market.symbols y, market.sources s WHERE y.symbol = $1
        """,
        symbol, interval, partial);
}
