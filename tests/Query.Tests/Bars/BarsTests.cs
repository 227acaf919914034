using System.Globalization;
using System.Text.Json.Nodes;
using StocksDapr.Market;
using StocksDapr.Query.Tests.Support;
using StocksDapr.Support;

namespace StocksDapr.Query.Tests.Bars;

public sealed class BarsTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    [Fact]
    public async Task Daily_bars_come_back_value_for_value_in_the_public_shape()
    {
        await using var market = await TestMarket.CreateAsync(postgres);
        await market.StoreAsync(
            "AAPL", Interval.OneDay,
            [
                new Bar(Sample.Day(2013, 2, 8), 67.7142, 68.4014, 66.8928, 67.8542, 158168416),
                new Bar(Sample.Day(2013, 2, 11), 0.1, 1e16, 5e-324, 1.0 / 3, 0),
            ],
            "kaggle \"5yr\"");
        await using var query = await TestQuery.StartAsync(market);

        var text = await query.Client.GetStringAsync("/bars?symbols=AAPL&interval=1d");

        text.Should().Be(
            """{"interval":"1d","bars":{"AAPL":[{"t":"2013-02-08","open":67.7142,"high":68.4014,"low":66.8928,"close":67.8542,"volume":158168416,"source":"kaggle \"5yr\""},"""
            + """{"t":"2013-02-11","open":0.1,"high":10000000000000000,"low":5E-324,"close":0.3333333333333333,"volume":0,"source":"kaggle \"5yr\""}]},"errors":{},"next":null}""");
        (await query.Client.GetStringAsync("/bars?symbols=AAPL&interval=1d")).Should().Be(text, "the second answer comes from memory");
        (await query.Client.GetStringAsync("/bars/aapl")).Should().Be(text);
    }

    [Fact]
    public async Task Intraday_bars_carry_instants_and_a_date_means_a_New_York_day()
    {
        await using var market = await TestMarket.CreateAsync(postgres);

        // 2019-03-10 is the day on which the clocks change: it lasts from 05:00 UTC to 04:00 UTC of the next.
        await market.StoreAsync("SPY", Interval.OneHour, Sample.Series(new DateTimeOffset(2019, 3, 10, 0, 0, 0, TimeSpan.Zero), TimeSpan.FromHours(1), 48));
        await using var query = await TestQuery.StartAsync(market);

        var times = Times(await query.GetAsync("/bars?symbols=SPY&interval=1h&from=2019-03-10&to=2019-03-10"), "SPY");

        times[0].Should().Be("2019-03-10T05:00:00Z");
        times[^1].Should().Be("2019-03-11T03:00:00Z");
        times.Should().HaveCount(23);
        Times(await query.GetAsync("/bars?symbols=SPY&interval=1h&from=2019-03-10T05:30:00-01:00&to=2019-03-10T07:00:00Z"), "SPY")
            .Should().Equal("2019-03-10T07:00:00Z");
        Times(await query.GetAsync("/bars?symbols=SPY&interval=1h&from=2019-03-10T05:00:00+01:00&to=2019-03-10T04:00:00.9Z"), "SPY")
            .Should().Equal("2019-03-10T04:00:00Z");
    }

    [Fact]
    public async Task Ends_of_the_range_are_inclusive()
    {
        await using var market = await TestMarket.CreateAsync(postgres);
        await market.StoreAsync("AAPL", Interval.OneDay, Sample.Days(Sample.Day(2012, 12, 25), 400));
        await using var query = await TestQuery.StartAsync(market);

        Times(await query.GetAsync("/bars?symbols=AAPL&from=2012-12-30&to=2013-01-02"), "AAPL")
            .Should().Equal("2012-12-30", "2012-12-31", "2013-01-01", "2013-01-02");
        Times(await query.GetAsync("/bars?symbols=AAPL&from=2012-12-31T00:00:00Z&to=2013-01-01T00:00:00Z"), "AAPL").Should().Equal("2012-12-31", "2013-01-01");
        Times(await query.GetAsync("/bars?symbols=AAPL&to=2012-12-25"), "AAPL").Should().Equal("2012-12-25");
        Times(await query.GetAsync("/bars?symbols=AAPL&from=2030-01-01"), "AAPL").Should().BeEmpty();
        Times(await query.GetAsync("/bars?symbols=AAPL&from=0001-01-01&to=9999-12-31&limit=10000"), "AAPL").Should().HaveCount(400);
        Times(await query.GetAsync("/bars?symbols=AAPL&interval=15min&from=0001-01-01&to=9999-12-31"), "AAPL").Should().BeEmpty();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(365)]
    [InlineData(1_000)]
    public async Task Pages_fill_symbol_by_symbol_and_join_without_gap_or_overlap(int limit)
    {
        await using var market = await TestMarket.CreateAsync(postgres);
        var count = limit == 1 ? 5 : 400;
        await market.StoreAsync("MSFT", Interval.OneDay, Sample.Days(Sample.Day(2012, 6, 1), count));
        await market.StoreAsync("EMPTY", Interval.OneWeek, Sample.Days(Sample.Day(2012, 6, 1), 1));
        await market.StoreAsync("AAPL", Interval.OneDay, Sample.Days(Sample.Day(2011, 6, 1), count));
        await using var query = await TestQuery.StartAsync(market);
        var got = new Dictionary<string, List<string>>();

        var path = $"/bars?symbols=MSFT,EMPTY,XYZ,AAPL,not a symbol&interval=1d&limit={limit}";
        for (var pages = 0; path is not null; pages++)
        {
            pages.Should().BeLessThan(2_000);
            using var answer = await query.Client.GetAsync(path);
            var page = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
            page["bars"]!.AsObject().Sum(symbol => symbol.Value!.AsArray().Count).Should().BeInRange(1, limit);
            foreach (var (symbol, _) in page["bars"]!.AsObject())
                got.TryAdd(symbol, []);
            foreach (var (symbol, bars) in page["bars"]!.AsObject())
                got[symbol].AddRange(bars!.AsArray().Select(bar => bar!["t"]!.GetValue<string>()));
            page["errors"]!["XYZ"]!["code"]!.GetValue<string>().Should().Be("unknown_symbol");
            page["errors"]!["not a symbol"]!["code"]!.GetValue<string>().Should().Be("bad_symbol");

            var next = page["next"]?.GetValue<string>();
            path = next is null ? null : $"/bars?symbols=MSFT,EMPTY,XYZ,AAPL,not a symbol&interval=1d&limit={limit}&cursor={next}";
            if (next is null)
                answer.Headers.Contains("Link").Should().BeFalse();
            else
                answer.Headers.GetValues("Link").Single().Should().StartWith("</api/v1/bars?symbols=MSFT,EMPTY,XYZ,AAPL&interval=1d").And.EndWith($"cursor={next}>; rel=\"next\"");
        }

        got.Keys.Should().Equal("MSFT", "EMPTY", "AAPL");
        got["EMPTY"].Should().BeEmpty();
        got["MSFT"].Should().Equal(Sample.Days(Sample.Day(2012, 6, 1), count).Select(bar => bar.Start.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)));
        got["AAPL"].Should().Equal(Sample.Days(Sample.Day(2011, 6, 1), count).Select(bar => bar.Start.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)));
    }

    private static List<string> Times(JsonNode answer, string symbol) =>
        [.. answer["bars"]![symbol]!.AsArray().Select(bar => bar!["t"]!.GetValue<string>())];
}
