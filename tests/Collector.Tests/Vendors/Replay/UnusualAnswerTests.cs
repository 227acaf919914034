using StocksDapr.Collector.Providers;
using StocksDapr.Collector.Providers.Yahoo;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;
using StocksDapr.Vendors;

namespace StocksDapr.Collector.Tests.Vendors.Replay;

/// <summary>Answers in forms that vendors send now and then, which say just what was asked.</summary>
public sealed class UnusualAnswerTests
{
    private static readonly DateTimeOffset Now = new(2025, 12, 6, 12, 0, 0, TimeSpan.Zero);

    private static readonly RawBar Monday = new(Day(3), 2, 2, 2, 2, 5);

    [Theory]
    [InlineData("""{"meta":{"symbol":"META","interval":"1day"},"values":[{"datetime":"2025-11-03","open":"2","high":"2","low":"2","close":"2","volume":"5"}],"status":"ok"}""")]
    [InlineData("""{"META":{"meta":{"symbol":"META"},"values":[{"datetime":"2025-11-03","open":"2","high":"2","low":"2","close":"2","volume":"5"}],"status":"ok"}}""")]
    public async Task Symbol_that_is_also_a_name_of_the_vendors_is_read_alone_and_in_a_batch(string body)
    {
        await using var bench = await ReplayBench.OpenAsync("twelvedata", Now);
        bench.Says = EmulatedAnswer.Ok(body);

        (await bench.BarsAsync("META", Interval.OneDay, Day(3), Day(7))).Bars.Should().Equal(Monday);
    }

    [Fact]
    public async Task Error_with_a_meta_of_its_own_is_not_taken_for_the_answer_of_that_symbol()
    {
        await using var bench = await ReplayBench.OpenAsync("twelvedata", Now);
        bench.Says = new EmulatedAnswer(
            404, """{"code":404,"message":"**symbol** not found: META,FAKE.","status":"error","meta":{"symbol":"META,FAKE","interval":"","exchange":""}}""");

        var answer = await bench.Provider.GetBarsAsync(new BarsRequest(["META", "FAKE"], Interval.OneDay, Day(3), Day(7)), default);

        answer.Value!.Values.Should().AllSatisfy(symbol => symbol.Error!.Kind.Should().Be(ProviderErrorKind.UnknownSymbol));
    }

    [Theory]
    [InlineData(200, "null")]
    [InlineData(200, """{"meta":{"symbol":"MSFT"},"values":null,"status":"ok"}""")]
    [InlineData(200, """{"meta":{"symbol":"MSFT"},"values":[["2025-11-03","2"]],"status":"ok"}""")]
    [InlineData(200, """{"meta":{"symbol":"MSFT"},"values":{"x":{"y":[1,2]}},"status":"ok"}""")]
    [InlineData(400, """{"code":500,"message":"Internal error","status":"error"}""")]
    public async Task What_one_symbol_of_a_batch_has_wrong_spoils_no_other(int status, string microsoft)
    {
        await using var bench = await ReplayBench.OpenAsync("twelvedata", Now);
        const string apple = """{"meta":{"symbol":"AAPL"},"values":[{"datetime":"2025-11-03","open":"2","high":"2","low":"2","close":"2","volume":"5"}],"status":"ok"}""";
        foreach (var body in new[] { $$"""{"AAPL":{{apple}},"MSFT":{{microsoft}}}""", $$"""{"GOOG":{"x":1},"MSFT":{{microsoft}},"AAPL":{{apple}}}""" })
        {
            bench.Says = new EmulatedAnswer(status, body);

            var answer = await bench.Provider.GetBarsAsync(new BarsRequest(["AAPL", "MSFT"], Interval.OneDay, Day(3), Day(7)), default);

            answer.Value!["AAPL"].Value.Should().Equal([Monday], body);
            answer.Value["MSFT"].Error.Should().NotBeNull(body);
        }
    }

    [Fact]
    public async Task Limit_that_every_symbol_of_a_batch_ran_into_is_the_keys()
    {
        await using var bench = await ReplayBench.OpenAsync("twelvedata", Now);
        const string limited = """{"code":429,"message":"You have run out of API credits for the current minute.","status":"error"}""";
        const string served = """{"meta":{"symbol":"AAPL"},"values":[],"status":"ok"}""";

        bench.Says = EmulatedAnswer.Ok($$"""{"AAPL":{{limited}},"MSFT":{{limited}}}""");
        (await bench.Provider.GetBarsAsync(new BarsRequest(["AAPL", "MSFT"], Interval.OneDay, Day(3), Day(7)), default)).Error!.Kind.Should().Be(ProviderErrorKind.RateLimited);
        bench.Keys.Reports.Should().ContainSingle().Which.Error!.Kind.Should().Be(ProviderErrorKind.RateLimited);

        bench.Says = EmulatedAnswer.Ok($$"""{"AAPL":{{served}},"MSFT":{{limited}}}""");
        var partly = await bench.Provider.GetBarsAsync(new BarsRequest(["AAPL", "MSFT"], Interval.OneDay, Day(3), Day(7)), default);
        partly.Value!["AAPL"].Value.Should().BeEmpty();
        partly.Value["MSFT"].Error!.Kind.Should().Be(ProviderErrorKind.RateLimited);
    }

    [Fact]
    public async Task Bar_that_is_told_twice_is_one_unless_it_is_told_differently()
    {
        await using var bench = await ReplayBench.OpenAsync("finnhub", Now);
        bench.Says = EmulatedAnswer.Ok("""{"s":"ok","t":[1762180200,1762180200,1762181100,1762181100],"o":[2,2,2,2],"h":[2,2,2,2],"l":[2,2,2,2],"c":[2,2,2,3],"v":[5,5,5,5]}""");

        (await bench.BarsAsync("AAPL", Interval.FifteenMinutes, Day(3), Day(4))).Bars!.Select(bar => (bar.Start.Minute, bar.Close.Number)).Should().Equal((30, 2), (45, 2), (45, 3));
    }

    [Theory]
    [InlineData("2025-11-03 09:30:00", true)]
    [InlineData("2025-11-03T09:30:00-05:00", true)]
    [InlineData("2025-11-03 14:30:00+00:00", true)]
    [InlineData("2025-11-03T14:30:00Z", true)]
    [InlineData("2025-11-03T14:30:00.000Z", true)]
    [InlineData("2025-11-03T14:30:00.000", false)]
    [InlineData("2025-11-03T14:30:00 EST", false)]
    public async Task Time_that_says_its_own_zone_is_an_instant(string text, bool isRead)
    {
        await using var bench = await ReplayBench.OpenAsync("twelvedata", Now);
        bench.Says = EmulatedAnswer.Ok($$"""{"meta":{"symbol":"AAPL"},"values":[{"datetime":"{{text}}","open":"2","high":"2","low":"2","close":"2","volume":"5"}],"status":"ok"}""");

        var (bars, error) = await bench.BarsAsync("AAPL", Interval.OneMinute, Day(3), Day(4));

        (error?.Kind).Should().Be(isRead ? null : ProviderErrorKind.Malformed);
        if (isRead)
            bars.Should().Equal(Monday with { Start = new DateTimeOffset(2025, 11, 3, 14, 30, 0, TimeSpan.Zero) });
    }

    [Fact]
    public async Task Times_of_currencies_which_no_exchange_has_are_not_taken_for_new_yorks()
    {
        await using var bench = await ReplayBench.OpenAsync("twelvedata", Now);
        bench.Says = EmulatedAnswer.Ok(
            """{"meta":{"symbol":"EUR/USD","interval":"1min","currency_base":"Euro","type":"Physical Currency"},"values":[{"datetime":"2025-11-03 09:30:00","open":"1.1"}],"status":"ok"}""");

        (await bench.BarsAsync("EUR/USD", Interval.OneMinute, Day(3), Day(4))).Error!.Kind.Should().Be(ProviderErrorKind.NotSupported);
    }

    [Fact]
    public async Task Dividend_of_nothing_is_none_and_one_without_a_date_has_not_gone_ex()
    {
        await using var twelve = await ReplayBench.OpenAsync("twelvedata", Now);
        twelve.Says = EmulatedAnswer.Ok(
            """{"meta":{"symbol":"AAPL"},"splits":[],"dividends":[{"ex_date":"2025-11-10","amount":0.26},{"ex_date":"2025-08-11","amount":0}]}""");
        (await twelve.ActionsAsync("AAPL", new(2025, 1, 1), new(2025, 12, 5))).Actions.Should().Equal(new CorporateAction(CorporateActionKind.Dividend, new(2025, 11, 10), 0.26));

        await using var fmp = await ReplayBench.OpenAsync("fmp", Now);
        fmp.Vendor.Instead = request => EmulatedAnswer.Ok(request.Path.EndsWith("splits", StringComparison.Ordinal)
            ? """[{"symbol":"AAPL","date":"2025-11-12","numerator":"3","denominator":"2"}]"""
            : """
              [{"symbol":"AAPL","date":"","dividend":0.27,"recordDate":""},{"symbol":"AAPL","date":null,"dividend":0.27},
               {"symbol":"AAPL","date":"2025-11-10","recordDate":"","paymentDate":"","declarationDate":"","adjDividend":0.26,"dividend":0.26,"yield":null},
               {"symbol":"AAPL","date":"2025-08-11","adjDividend":0,"dividend":0}]
              """);
        (await fmp.ActionsAsync("AAPL", new(2025, 1, 1), new(2025, 12, 5))).Actions.Should().Equal(
            new CorporateAction(CorporateActionKind.Dividend, new(2025, 11, 10), 0.26), new CorporateAction(CorporateActionKind.Split, new(2025, 11, 12), 1.5));
    }

    [Theory]
    [InlineData("""{"Global Quote":{"01. symbol":"AAPL","02. open":"277.0","05. price":"278.78","06. volume":"47265845","07. latest trading day":"2025-12-05","10. change percent":"-0.6900%"}}""")]
    [InlineData("""{"Global Quote - DATA DELAYED BY 15 MINUTES":{"01. symbol":"AAPL","02. open":"277.0","05. price":"278.78","06. volume":"47265845","07. latest trading day":"2025-12-05"}}""")]
    [InlineData("symbol,open,high,low,price,volume,latestDay,previousClose,change,changePercent\r\nAAPL,277.0,,,278.78,47265845,2025-12-05,,,\r\n")]
    public async Task Quote_is_read_in_all_its_forms(string body)
    {
        await using var bench = await ReplayBench.OpenAsync("alphavantage", Now);
        bench.Says = EmulatedAnswer.Ok(body);

        (await bench.QuoteAsync("AAPL")).Quote.Should().Be(new Quote(new(2025, 12, 5, 21, 0, 0, TimeSpan.Zero), 278.78, 277, null, null, null, 47_265_845));
    }

    [Fact]
    public async Task Months_of_a_chart_tell_its_splits_and_dividends_all_the_same()
    {
        await using var bench = await ReplayBench.OpenAsync("yahoo", Now);
        bench.Says = EmulatedAnswer.Ok(
            """
            {"chart":{"result":[{"meta":{"symbol":"AAPL","dataGranularity":"1mo","exchangeTimezoneName":"America/New_York"},"timestamp":[1761969600],
            "events":{"splits":{"1762180200":{"date":1762180200,"numerator":0.0,"denominator":0.0,"splitRatio":"3:2"},"1762266600":{"date":1762266600,"numerator":1,"denominator":0,"splitRatio":"1:0"}},
            "dividends":{"1762353000":{"amount":0.26,"date":1762353000}},"capitalGains":{"1762353000":{"amount":9.9,"date":1762353000}}},
            "indicators":{"quote":[{"close":[270.1]}],"adjclose":[{"adjclose":[null]}]}}],"error":null}}
            """);

        (await bench.ActionsAsync("AAPL", new(2025, 11, 1), new(2025, 11, 30))).Actions.Should().Equal(
            new CorporateAction(CorporateActionKind.Split, new(2025, 11, 3), 1.5), new CorporateAction(CorporateActionKind.Dividend, new(2025, 11, 5), 0.26));
    }

    [Theory]
    [InlineData("KWF", 8.0125)]
    [InlineData("ZAC", 80.125)]
    [InlineData("USX", 80.125)]
    public async Task Smaller_units_become_the_main_unit(string currency, double price)
    {
        await using var bench = await ReplayBench.OpenAsync("yahoo", Now);
        bench.Says = EmulatedAnswer.Ok(
            $$$$"""{"chart":{"result":[{"meta":{"symbol":"X.KW","currency":"{{{{currency}}}}","instrumentType":"EQUITY","dataGranularity":"1d","gmtoffset":0,"exchangeTimezoneName":"UTC"},"timestamp":[1762128000],"indicators":{"quote":[{"close":[8012.5]}]}}],"error":null}}""");

        (await bench.BarsAsync("X.KW", Interval.OneDay, Day(3), Day(3))).Bars.Should().ContainSingle().Which.Close.Should().Be(new RawValue(price));
    }

    [Theory]
    [InlineData("/v7/finance/options", 401, "Unauthorized", null, nameof(ProviderErrorKind.NotEntitled))]
    [InlineData("/v1/test/getcrumb", 401, """{"finance":{"result":null,"error":{"code":"Unauthorized","description":"Invalid Cookie"}}}""", null, nameof(ProviderErrorKind.NotEntitled))]
    [InlineData("/cookie", 302, "", "https://guce.yahoo.com/consent?brandType=nonEu", nameof(ProviderErrorKind.NotEntitled))]
    [InlineData("/v7/finance/options", 302, "", "https://consent.yahoo.com/v2/collectConsent", nameof(ProviderErrorKind.NotEntitled))]
    [InlineData("/v7/finance/options", 200, """{"optionChain":{"result":[{"underlyingSymbol":"AAPL","expirationDates":[{"raw":1765497600,"fmt":"2025-12-12"},{"raw":1766102400}],"options":[{"expirationDate":{"raw":1765497600},"calls":[],"puts":[]}]}],"error":null}}""", null, nameof(ProviderErrorKind.Malformed))]
    public async Task Chain_that_is_refused_says_nothing_against_the_charts(string path, int status, string body, string? location, string kind)
    {
        // The last one answers the page of the first expiry for the second as well: half a chain.
        await using var bench = await ReplayBench.OpenAsync("yahoo", Now);
        bench.Vendor.Instead = request => !request.Path.StartsWith(path, StringComparison.Ordinal)
            ? new EmulatedAnswer(200, "crumb")
            : new EmulatedAnswer(status, body) { Headers = location is null ? new Dictionary<string, string>() : new Dictionary<string, string> { ["Location"] = location } };

        var answer = await ((YahooProvider)bench.Provider).GetOptionChainAsync("AAPL", new(2025, 12, 6), new(2025, 12, 31), default);

        answer.Error!.Kind.ToString().Should().Be(kind);
        answer.Error.IsKeyRefused.Should().BeFalse();
        bench.Keys.Reports.Should().NotContain(report => report.Error != null && report.Error.IsKeyRefused);
    }

    private static DateTimeOffset Day(int day) => new(2025, 11, day, 0, 0, 0, TimeSpan.Zero);
}
