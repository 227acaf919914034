using System.Text;
using System.Text.Json;
using StocksDapr.Collector.Providers;
using StocksDapr.Collector.Providers.Vendors;
using StocksDapr.Collector.Providers.Yahoo;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;

namespace StocksDapr.Collector.Tests.Vendors.Yahoo;

public sealed class YahooAnswerTests
{
    private static readonly DateTimeOffset Now = new(2025, 12, 6, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Split_is_taken_out_of_the_days_before_it_and_singles_are_what_they_were_meant_to_be()
    {
        // 2020-08-28 and 2020-08-31, the day of AAPL's 4:1.
        var bars = Daily("AAPL", """
            {"chart":{"result":[{"meta":{"currency":"USD","symbol":"AAPL","instrumentType":"EQUITY","gmtoffset":-18000,"exchangeTimezoneName":"America/New_York"},
            "timestamp":[1598621400,1598880600],
            "events":{"splits":{"1598880600":{"date":1598880600,"numerator":4.0,"denominator":1.0,"splitRatio":"4:1"}}},
            "indicators":{"quote":[{"open":[126.01249694824219,127.58000183105469],"high":[126.44249725341797,131.0],"low":[124.57749938964844,126.0],
            "close":[124.80750274658203,129.0399932861328],"volume":[187630000,225702700]}]}}],"error":null}}
            """);

        bars.Should().Equal(
            new RawBar(Day(2020, 8, 28), 504.05, 505.77, 498.31, 499.23, 46_907_500),
            new RawBar(Day(2020, 8, 31), 127.58, 131, 126, 129.04, 225_702_700));
    }

    [Theory]
    [InlineData("GBp", 80.125)]
    [InlineData("GBX", 80.125)]
    [InlineData("ZAc", 80.125)]
    [InlineData("ILA", 80.125)]
    [InlineData("GBP", 8012.5)]
    [InlineData("EUR", 8012.5)]
    public void Hundredths_become_the_main_unit(string currency, double price)
    {
        var bars = Daily("VOD.L", Body("VOD.L", currency, "Europe/London", "1764748800", "8012.5", "EQUITY"));

        bars.Should().ContainSingle().Which.Should().Be(new RawBar(Day(2025, 12, 3), price, price, price, price, 7));
    }

    [Fact]
    public void Midnight_in_summer_stays_on_its_day_whether_or_not_the_time_zone_is_known()
    {
        // 2025-07-01 00:00 in London; the offset that the answer says is winter's.
        foreach (var zone in new[] { "Europe/London", "Nowhere/Unknown" })
            Daily("EURUSD=X", Body("EURUSD=X", "USD", zone, "1751324400", "1.1787", "CURRENCY")).Should().ContainSingle(zone).Which.Should()
                .Be(new RawBar(Day(2025, 7, 1), 1.1787, 1.1787, 1.1787, 1.1787, 7), zone);
    }

    [Fact]
    public void Day_under_way_elsewhere_is_left_out_until_its_session_has_ended()
    {
        // London, 2025-12-03 08:00 to 16:30.
        var body = Body("VOD.L", "GBP", "Europe/London", "1764748800", "80", "EQUITY", """ "currentTradingPeriod":{"regular":{"start":1764748800,"end":1764779400}}, """);

        Daily("VOD.L", body, DateTimeOffset.FromUnixTimeSeconds(1_764_779_399)).Should().BeEmpty();
        Daily("VOD.L", body, DateTimeOffset.FromUnixTimeSeconds(1_764_779_400)).Should().ContainSingle();
    }

    [Fact]
    public void Price_of_the_moment_beside_a_days_bar_is_dropped_when_the_day_has_ended()
    {
        Daily("VOD.L", Body("VOD.L", "GBP", "Europe/London", "1764748800,1764779500", "80,81", "EQUITY")).Should().ContainSingle().Which.Close.Should().Be(new RawValue(80));
    }

    [Theory]
    [InlineData("[[{\"start\":1764748800,\"end\":1764779400}]]")]
    [InlineData("{\"pre\":[[{\"start\":1764745200,\"end\":1764748800}]],\"regular\":[[{\"start\":1764748800,\"end\":1764779400}]],\"post\":[[{\"start\":1764779400,\"end\":1764783000}]]}")]
    public void Bars_before_and_after_the_session_and_off_its_grid_are_left_out(string periods)
    {
        var body = Body(
            "VOD.L", "GBP", "Europe/London", "1764747900,1764748800,1764749700,1764750001,1764779400", "1,2,3,4,5", "EQUITY", $"\"tradingPeriods\":{periods},");

        var bars = Bars("VOD.L", body, Interval.FifteenMinutes, Now);

        bars.Select(bar => bar.Close.Number).Should().Equal(2, 3);
    }

    [Theory]
    [InlineData("""{"chart":{"result":[],"error":null}}""")]
    [InlineData("""{"chart":{"result":[{"meta":{"symbol":"MSFT"},"indicators":{"quote":[{}]}}],"error":null}}""")]
    [InlineData("""{"chart":{"result":[{"indicators":{"quote":[{}]}}],"error":null}}""")]
    [InlineData("""{"chart":{"result":[{"meta":{"symbol":"AAPL"},"timestamp":[1,2],"indicators":{"quote":[{"close":[1]}]}}],"error":null}}""")]
    [InlineData("""{"chart":{"result":[{"meta":{"symbol":"AAPL"},"timestamp":[1],"indicators":{"quote":[{}]}}],"error":null}}""")]
    [InlineData("""{"chart":{"result":[{"meta":{"symbol":"AAPL"},"timestamp":["x"],"indicators":{"quote":[{"close":[1]}]}}],"error":null}}""")]
    [InlineData("""{"chart":{"result":[{"meta":{"symbol":"AAPL"},"timestamp":[1],"indicators":{"quote":[{"close":["1"]}]}}],"error":null}}""")]
    public void What_does_not_fit_together_is_malformed(string body) =>
        FluentActions.Invoking(() => YahooChart.Read(Encoding.UTF8.GetBytes(body), "AAPL")).Should().Throw<JsonException>();

    private static string Body(string symbol, string currency, string zone, string times, string prices, string type, string more = "") => $$$"""
        {"chart":{"result":[{"meta":{{{{more}}}"currency":"{{{currency}}}","symbol":"{{{symbol}}}","instrumentType":"{{{type}}}","gmtoffset":0,"exchangeTimezoneName":"{{{zone}}}"},
        "timestamp":[{{{times}}}],"indicators":{"quote":[{"open":[{{{prices}}}],"high":[{{{prices}}}],"low":[{{{prices}}}],"close":[{{{prices}}}],
        "volume":[{{{string.Join(',', prices.Split(',').Select(_ => "7"))}}}]}]}}],"error":null}}
        """;

    private static IReadOnlyList<RawBar> Daily(string symbol, string body, DateTimeOffset? now = null) => Bars(symbol, body, Interval.OneDay, now ?? Now);

    private static IReadOnlyList<RawBar> Bars(string symbol, string body, Interval interval, DateTimeOffset now)
    {
        var chart = YahooChart.Read(Encoding.UTF8.GetBytes(body), symbol);
        return YahooBars.Of(chart, YahooBars.Splits(chart, now), new BarsRequest([symbol], interval, DateTimeOffset.UnixEpoch, now), now);
    }

    private static DateTimeOffset Day(int year, int month, int day) => VendorJson.DayStart(new DateOnly(year, month, day));
}
