using StocksDapr.Collector.Providers;
using StocksDapr.Collector.Providers.TwelveData;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;
using StocksDapr.Vendors;
using StocksDapr.Vendors.TwelveData;

namespace StocksDapr.Collector.Tests.Vendors.TwelveData;

public sealed class TwelveDataTests : ProviderCompliance
{
    private protected override VendorEmulator NewEmulator(EmulatedMarket market, TimeProvider clock) => new TwelveDataEmulator(market, clock);

    private protected override IMarketDataProvider NewProvider(ProviderSetting setting) => new TwelveDataProvider(
        new TwelveDataOptions { BaseAddress = setting.BaseAddress, Timeout = setting.Timeout }, setting.Keys, setting.Time, setting.Metrics);

    [Fact]
    public async Task Hundred_and_twenty_symbols_are_one_request_of_as_many_credits()
    {
        await using var bench = await OpenAsync();
        string[] symbols = [.. Symbols, .. Enumerable.Range(0, 120 - Symbols.Count).Select(i => $"NONE{i}")];

        var answer = await bench.Provider.GetBarsAsync(new BarsRequest(symbols, Interval.OneDay, Day(2025, 11, 3), Day(2025, 11, 7)), default);

        answer.Credits.Should().Be(120);
        bench.Emulator.Requests.Should().ContainSingle().Which.Credits.Should().Be(120);
        answer.Value!.Count(symbol => symbol.Value.IsSuccess).Should().Be(Symbols.Count);
    }

    [Fact]
    public void No_more_is_asked_at_once_than_a_key_can_ever_pay_for()
    {
        using var metrics = new CollectorMetrics();
        using var free = new TwelveDataProvider(
            new TwelveDataOptions(), new FakeKeys("key") { LargestRequest = TwelveDataOptions.FreePlan.LargestRequest }, TimeProvider.System, metrics);
        using var grow = new TwelveDataProvider(new TwelveDataOptions(), new FakeKeys("key") { LargestRequest = 377 }, TimeProvider.System, metrics);

        (free.Capabilities.MaxSymbols, free.Capabilities.HasCorporateActions).Should().Be((8, false));
        (grow.Capabilities.MaxSymbols, grow.Capabilities.HasCorporateActions).Should().Be((120, true));
    }

    [Fact]
    public async Task Symbol_without_a_word_of_the_vendors_is_neither_asked_nor_paid_for()
    {
        await using var bench = await OpenAsync();
        string[] symbols = ["^NOINDEX", "ACME.SIM", "A,B", "aapl", ""];

        var alone = await bench.Provider.GetBarsAsync(new BarsRequest(symbols, Interval.OneDay, Day(2025, 11, 3), Day(2025, 11, 7)), default);
        bench.Emulator.Requests.Should().BeEmpty();
        alone.Credits.Should().Be(0);
        var beside = await bench.Provider.GetBarsAsync(new BarsRequest([.. symbols, "AAPL"], Interval.OneDay, Day(2025, 11, 3), Day(2025, 11, 7)), default);

        beside.Credits.Should().Be(1);
        beside.Value!["AAPL"].Value.Should().HaveCount(5);
        foreach (var answer in new[] { alone, beside })
            symbols.Should().AllSatisfy(symbol => answer.Value![symbol].Error!.Kind.Should().Be(ProviderErrorKind.UnknownSymbol));
    }

    [Fact]
    public async Task Credits_in_headers_reach_the_keys()
    {
        await using var bench = await OpenAsync();
        bench.Emulator.Budget.PerMinute = 8;

        await bench.Provider.GetBarsAsync(new BarsRequest(Symbols, Interval.OneDay, Day(2025, 11, 3), Day(2025, 11, 7)), default);

        bench.Keys.Reports.Should().ContainSingle().Which.Usage.Should().Be(new Collector.Providers.Keys.CreditUsage(4, 4));
    }

    [Theory]
    [InlineData("minute", 30)]
    [InlineData("day", 43_230)]
    public async Task Spent_credits_come_back_with_the_next_minute_or_day(string window, int seconds)
    {
        await using var bench = await OpenAsync(new DateTimeOffset(2025, 12, 6, 11, 59, 30, TimeSpan.Zero));
        bench.Emulator.Budget.PerMinute = window == "minute" ? 0 : null;
        bench.Emulator.Budget.PerDay = window == "day" ? 0 : null;

        (await DailyAsync(bench)).Error!.RetryAfter.Should().Be(TimeSpan.FromSeconds(seconds));
    }

    [Fact]
    public async Task Plan_without_splits_says_nothing_against_the_key()
    {
        await using var bench = await OpenAsync();
        ((TwelveDataEmulator)bench.Emulator).IsFreePlan = true;

        var actions = await bench.Provider.GetCorporateActionsAsync(Symbols, EmulatedMarket.FirstDay, EmulatedMarket.LastDay, default);

        actions.Error!.Kind.Should().Be(ProviderErrorKind.NotEntitled);
        actions.Error.ConcernsThisRequestOnly.Should().BeTrue();
        actions.Credits.Should().Be(20, "what no plan covers is not asked for every symbol");
        bench.Keys.Reports.Should().AllSatisfy(report => report.Error!.ConcernsThisRequestOnly.Should().BeTrue());
        (await DailyAsync(bench)).IsSuccess.Should().BeTrue();
    }

    [Theory]
    [InlineData(200, """{"code":400,"message":"**symbol** not found: AAPL. Please specify it correctly.","status":"error","meta":{"symbol":"AAPL","interval":"","exchange":""}}""", nameof(ProviderErrorKind.UnknownSymbol))]
    [InlineData(404, """{"code":404,"message":"**symbol** or **figi** parameter is missing or invalid.","status":"error"}""", nameof(ProviderErrorKind.UnknownSymbol))]
    [InlineData(200, """{"AAPL":{"code":404,"message":"**symbol** not found: AAPL.","status":"error"}}""", nameof(ProviderErrorKind.UnknownSymbol))]
    [InlineData(200, """{"AAPL":{"code":403,"message":"AAPL is available starting with the Pro plan.","status":"error"}}""", nameof(ProviderErrorKind.NotEntitled))]
    [InlineData(200, """{"AAPL":{"code":429,"message":"You have run out of API credits for the current minute.","status":"error"}}""", nameof(ProviderErrorKind.RateLimited))]
    [InlineData(200, """{"AAPL":{"code":500,"message":"Internal error","status":"error"}}""", nameof(ProviderErrorKind.Unavailable))]
    [InlineData(200, """{"code":"500","message":"Internal error","status":"error"}""", nameof(ProviderErrorKind.Unavailable))]
    [InlineData(404, """{"code":404,"message":"This symbol is available starting with Grow.","status":"error"}""", nameof(ProviderErrorKind.NotEntitled))]
    [InlineData(200, """{"code":403,"message":"Your plan does not cover it","status":"error"}""", nameof(ProviderErrorKind.NotEntitled))]
    [InlineData(414, """{"code":414,"message":"The parameter which accepts multiple values is out of range","status":"error"}""", nameof(ProviderErrorKind.NotSupported))]
    [InlineData(400, """{"code":400,"message":"Invalid **interval** provided","status":"error"}""", nameof(ProviderErrorKind.NotSupported))]
    [InlineData(200, """{"status":"error"}""", nameof(ProviderErrorKind.Malformed))]
    [InlineData(200, """{"meta":{"symbol":"AAPL"},"status":"ok"}""", nameof(ProviderErrorKind.Malformed))]
    [InlineData(200, """{"meta":{"symbol":"MSFT"},"values":[{"datetime":"2025-11-03","open":"1"}],"status":"ok"}""", nameof(ProviderErrorKind.Malformed))]
    [InlineData(200, """{"MSFT":{"meta":{"symbol":"MSFT"},"values":[],"status":"ok"}}""", nameof(ProviderErrorKind.Malformed))]
    [InlineData(200, """{"meta":{"symbol":"AAPL","type":"Index"},"values":[{"datetime":"2025-11-03","open":"1"}],"status":"ok"}""", nameof(ProviderErrorKind.UnknownSymbol))]
    [InlineData(200, """{"meta":{"symbol":"AAPL"},"values":[{"open":"1"}],"status":"ok"}""", nameof(ProviderErrorKind.Malformed))]
    [InlineData(200, """{"meta":{"symbol":"AAPL"},"values":[{"datetime":"2025-13-03","open":"1"}],"status":"ok"}""", nameof(ProviderErrorKind.Malformed))]
    [InlineData(200, """{"meta":{"symbol":"AAPL"},"values":{"datetime":"2025-11-03"},"status":"ok"}""", nameof(ProviderErrorKind.Malformed))]
    [InlineData(200, """{"meta":{"symbol":"AAPL"},"values":[["2025-11-03","1"]],"status":"ok"}""", nameof(ProviderErrorKind.Malformed))]
    [InlineData(200, """{"meta":{"symbol":"AAPL"},"values":[],"status":"ok"}{}""", nameof(ProviderErrorKind.Malformed))]
    [InlineData(200, """{"meta":{"symbol":"AAPL"},"values":[],"status":"error","code":500,"message":"partial"}""", nameof(ProviderErrorKind.Unavailable))]
    public async Task Error_is_of_its_kind_whatever_it_is_wrapped_in(int status, string body, string kind)
    {
        await using var bench = await OpenAsync();
        bench.Emulator.Instead = _ => new EmulatedAnswer(status, body);

        var answer = await DailyAsync(bench);

        (answer.Error ?? answer.Value!["AAPL"].Error)!.Kind.ToString().Should().Be(kind);
    }

    [Theory]
    [InlineData("""{"meta":{"symbol":"AAPL"},"values":[],"status":"ok"}""")]
    [InlineData("""{"AAPL":{"meta":{"symbol":"AAPL"},"values":[],"status":"ok"}}""")]
    [InlineData("""{"status":"ok","values":[],"meta":{"symbol":"AAPL"}}""")]
    [InlineData("""{"code":400,"message":"No data is available on the specified dates. Try setting different start/end dates.","status":"error"}""")]
    [InlineData("""{"AAPL":{"code":404,"message":"No data is available on the specified dates.","status":"error"}}""")]
    public async Task Nothing_in_the_range_is_a_success_however_it_is_said(string body)
    {
        await using var bench = await OpenAsync();
        bench.Emulator.Instead = _ => EmulatedAnswer.Ok(body);

        (await DailyAsync(bench)).Value!["AAPL"].Value.Should().BeEmpty();
    }

    [Fact]
    public async Task Values_before_their_meta_with_strange_texts_and_in_reverse_are_read()
    {
        await using var bench = await OpenAsync();
        bench.Emulator.Instead = _ => EmulatedAnswer.Ok(
            """
            {"values":[{"volume":"35462000.0","close":229.87,"datetime":"2025-11-04 00:00:00","low":"","high":"n/a","open":"abc","x":{"y":[1]}},
             {"datetime":"2025-11-03","open":"2.288400e2","high":null,"low":"1,234.5","close":"-0.00","volume":"1.5E7"}],"status":"ok",
             "meta":{"symbol":"aapl","exchange_timezone":"Europe/London","type":"Common Stock"}}
            """);

        (await DailyAsync(bench)).Value!["AAPL"].Value.Should().Equal(
            new RawBar(Day(2025, 11, 3), 228.84, default, 1_234.5, 0.0, 15_000_000.0),
            new RawBar(Day(2025, 11, 4), new RawValue("abc"), default, default, 229.87, 35_462_000.0));
    }

    [Fact]
    public async Task Exchange_with_another_clock_is_refused_for_intraday_bars_rather_than_shifted()
    {
        await using var bench = await OpenAsync();
        bench.Emulator.Instead = _ => EmulatedAnswer.Ok(
            """{"meta":{"symbol":"AAPL","exchange_timezone":"Europe/London"},"values":[{"datetime":"2025-11-04 09:30:00","open":"1"}],"status":"ok"}""");

        var answer = await bench.Provider.GetBarsAsync(new BarsRequest(["AAPL"], Interval.OneMinute, Day(2025, 11, 4), Day(2025, 11, 5)), default);

        answer.Value!["AAPL"].Error!.Kind.Should().Be(ProviderErrorKind.NotSupported);
    }

    [Theory]
    [InlineData("""{"code":404,"message":"**symbol** not found: MSFT. Please specify it correctly.","status":"error"}""", nameof(ProviderErrorKind.Malformed), nameof(ProviderErrorKind.UnknownSymbol))]
    [InlineData("""{"code":404,"message":"**symbol** or **figi** parameter is missing or invalid.","status":"error"}""", nameof(ProviderErrorKind.UnknownSymbol), nameof(ProviderErrorKind.UnknownSymbol))]
    [InlineData("""{"code":400,"message":"No data is available on the specified dates.","status":"error"}""", null, null)]
    public async Task One_error_for_a_whole_batch_is_that_of_the_symbols_that_it_names_or_else_of_all(string body, string? apple, string? microsoft)
    {
        await using var bench = await OpenAsync();
        bench.Emulator.Instead = _ => new EmulatedAnswer(404, body);

        var answer = await bench.Provider.GetBarsAsync(new BarsRequest(["AAPL", "MSFT"], Interval.OneDay, Day(2025, 11, 3), Day(2025, 11, 7)), default);

        (answer.Value!["AAPL"].Error?.Kind.ToString(), answer.Value["MSFT"].Error?.Kind.ToString()).Should().Be((apple, microsoft));
    }

    [Fact]
    public async Task Address_that_is_not_the_vendors_makes_no_symbol_unknown()
    {
        await using var bench = await OpenAsync();
        bench.Emulator.Instead = _ => new EmulatedAnswer(404, """{"code":404,"message":"The requested endpoint is not found.","status":"error"}""");

        (await DailyAsync(bench)).Error!.Kind.Should().Be(ProviderErrorKind.NotSupported);
    }
}
