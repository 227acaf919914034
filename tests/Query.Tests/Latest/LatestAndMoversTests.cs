using StocksDapr.Market;
using StocksDapr.Query.Tests.Support;
using StocksDapr.Support;

namespace StocksDapr.Query.Tests.Latest;

public sealed class LatestAndMoversTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>, IAsyncLifetime
{
    private static readonly DateTimeOffset Monday = Sample.Day(2020, 6, 15);
    private static readonly DateTimeOffset Friday = Sample.Day(2020, 6, 12);

    private TestMarket _market = null!;
    private TestQuery _query = null!;

    public async Task InitializeAsync()
    {
        _market = await TestMarket.CreateAsync(postgres);
        await StoreAsync("UP", 100, 110, 5);
        await StoreAsync("UPPER", 100, 150, 1);
        await StoreAsync("DOWN", 100, 80, 9);
        await StoreAsync("FLAT", 100, 100, 7);
        await StoreAsync("ZERO", 0, 100, 99);
        await _market.StoreAsync("STALE", Interval.OneDay, [Bar(Friday.AddDays(-1), 1, 1), Bar(Friday, 9, 1_000)]);
        await _market.StoreAsync("ONLY", Interval.OneDay, [Bar(Monday, 9, 1_000)]);
        await _market.StoreAsync("HOURS", Interval.OneHour, [Bar(Monday.AddHours(14), 9, 1)]);
        _query = await TestQuery.StartAsync(_market);
    }

    public async Task DisposeAsync()
    {
        await _query.DisposeAsync();
        await _market.DisposeAsync();
    }

    [Fact]
    public async Task Movers_are_of_the_newest_session_alone()
    {
        var movers = await _query.GetAsync("/movers");

        movers["session"]!.GetValue<string>().Should().Be("2020-06-15");
        Symbols("gainers").Should().Equal("UPPER", "UP");
        Symbols("losers").Should().Equal("DOWN");
        Symbols("mostActive").Should().Equal("DOWN", "FLAT", "UP", "UPPER");
        movers["gainers"]![0]!["changePercent"]!.GetValue<double>().Should().BeApproximately(50, 1e-9);
        movers["gainers"]![0]!["change"]!.GetValue<double>().Should().Be(50);
        movers["gainers"]![0]!["previousClose"]!.GetValue<double>().Should().Be(100);

        List<string> Symbols(string list) => [.. movers[list]!.AsArray().Select(mover => mover!["symbol"]!.GetValue<string>())];
    }

    [Fact]
    public async Task One_direction_and_a_limit_can_be_asked_for()
    {
        var movers = await _query.GetAsync("/movers?direction=gainers&limit=1");

        movers["gainers"]!.AsArray().Should().ContainSingle();
        movers.AsObject().Should().NotContainKeys("losers", "mostActive");
        (await _query.GetAsync("/movers?interval=1wk"))["gainers"]!.AsArray().Should().BeEmpty();
    }

    [Fact]
    public async Task The_newest_bar_of_each_symbol_asked_for_comes_in_the_order_asked()
    {
        var latest = await _query.GetAsync("/latest?symbols=UP,XYZ,HOURS,DOWN,a b");

        latest["bars"]!.AsObject().Select(bar => bar.Key).Should().Equal("UP", "DOWN");
        latest["bars"]!["UP"]!.ToJsonString().Should().Be("""{"t":"2020-06-15","open":110,"high":110,"low":110,"close":110,"volume":5,"source":"test"}""");
        latest["errors"]!.AsObject().ToDictionary(error => error.Key, error => error.Value!["code"]!.GetValue<string>()).Should().Equal(
            new Dictionary<string, string> { ["XYZ"] = "unknown_symbol", ["a b"] = "bad_symbol", ["HOURS"] = "no_bars" });
        (await _query.GetAsync("/latest?symbols=HOURS&interval=1h"))["bars"]!["HOURS"]!["t"]!.GetValue<string>().Should().Be("2020-06-15T14:00:00Z");
        await _query.GetProblemAsync("/latest?symbols=XYZ", 404);
    }

    [Fact]
    public async Task All_symbols_come_page_by_page()
    {
        var symbols = new List<string>();
        string? cursor = null;
        do
        {
            var page = await _query.GetAsync("/latest?limit=3" + (cursor is null ? "" : $"&cursor={cursor}"));
            symbols.AddRange(page["bars"]!.AsObject().Select(bar => bar.Key));
            cursor = page["next"]?.GetValue<string>();
        }
        while (cursor is not null);

        symbols.Should().Equal("DOWN", "FLAT", "ONLY", "STALE", "UP", "UPPER", "ZERO");
    }

    [Theory]
    [InlineData("/latest?limit=0", "bad_limit")]
    [InlineData("/latest?symbols=UP&limit=5", "bad_limit")]
    [InlineData("/latest?symbols=UP&cursor=x", "bad_cursor")]
    [InlineData("/latest?interval=x", "bad_interval")]
    [InlineData("/movers?limit=101", "bad_limit")]
    [InlineData("/movers?direction=up", "bad_direction")]
    [InlineData("/movers?symbols=UP", "unknown_parameter")]
    public async Task A_bad_question_is_refused(string path, string code) =>
        (await _query.GetProblemAsync(path, 400))["code"]!.GetValue<string>().Should().Be(code);

    [Fact]
    public async Task Status_counts_what_there_is()
    {
        var status = await _query.GetAsync("/status");

        status["symbols"]!.GetValue<int>().Should().Be(8);
        status["bars"]!.GetValue<int>().Should().Be(14);
        status["intervals"]!["1d"]!.ToJsonString().Should().Be("""{"series":7,"bars":13,"newest":"2020-06-15"}""");
        status["intervals"]!["1h"]!["newest"]!.GetValue<string>().Should().Be("2020-06-15T14:00:00Z");
        status["database"]!.GetValue<string>().Should().Be("reachable");
        status["cache"]!.GetValue<string>().Should().Be("on");
    }

    private static Bar Bar(DateTimeOffset start, double price, long volume) => new(start, price, price, price, price, volume);

    private Task StoreAsync(string symbol, double before, double now, long volume) =>
        _market.StoreAsync(symbol, Interval.OneDay, [Bar(Friday, before, 1), Bar(Monday, now, volume)]);
}
