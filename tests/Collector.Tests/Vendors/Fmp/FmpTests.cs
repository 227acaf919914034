using StocksDapr.Collector.Providers;
using StocksDapr.Collector.Providers.Fmp;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;
using StocksDapr.Vendors;
using StocksDapr.Vendors.Fmp;

namespace StocksDapr.Collector.Tests.Vendors.Fmp;

public sealed class FmpTests : ProviderCompliance
{
    private protected override bool TellsUnknownSymbols => false;

    private protected override VendorEmulator NewEmulator(EmulatedMarket market, TimeProvider clock) => new FmpEmulator(market, clock);

    private protected override IMarketDataProvider NewProvider(ProviderSetting setting) => new FmpProvider(
        new FmpOptions { BaseAddress = setting.BaseAddress, Timeout = setting.Timeout }, setting.Keys, setting.Time, setting.Metrics);

    [Fact]
    public async Task Oldest_first_is_as_good_as_newest_first()
    {
        await using var bench = await OpenAsync();
        ((FmpEmulator)bench.Emulator).IsOldestFirst = true;

        await ShouldAnswerTheMarketAsync(bench, [EmulatedMarket.Apple], Interval.OneDay, Day(2025, 11, 3), Day(2025, 11, 21));
    }

    [Fact]
    public async Task Older_form_of_an_answer_is_read_with_exponents_in_volumes()
    {
        await using var bench = await OpenAsync();
        bench.Emulator.Instead = _ => EmulatedAnswer.Ok(
            """
            { "symbol" : "AAPL", "historical" : [
              { "date" : "2025-11-05", "adjClose" : 35.7, "open" : 144.03, "high" : 144.17, "low" : 142.56, "close" : 142.9, "volume" : 5.545036E7, "label" : "x" },
              { "date" : "2025-11-04", "open" : 143.06, "high" : 144.215, "low" : null, "close" : 143.29, "adjClose" : 35.8, "volume" : 1.2345E7, "vwap" : 143.41167 },
              { "date" : "2020-01-02", "open" : 1, "high" : 1, "low" : 1, "close" : 1, "volume" : 1 } ] }
            """);

        (await DailyAsync(bench)).Value!["AAPL"].Value.Should().Equal(
            new RawBar(Day(2025, 11, 4), 143.06, 144.215, default, 143.29, 12_345_000.0),
            new RawBar(Day(2025, 11, 5), 144.03, 144.17, 142.56, 142.9, 55_450_360.0));
    }

    [Fact]
    public async Task Older_form_of_several_symbols_gives_the_one_that_was_asked()
    {
        await using var bench = await OpenAsync();
        bench.Emulator.Instead = _ => EmulatedAnswer.Ok(
            """
            {"historicalStockList":[{"historical":[{"date":"2025-11-04","close":1}],"symbol":"GOOG"},{"historical":[{"date":"2025-11-04","close":4}]},
             {"symbol":"AAPL","historical":[{"date":"2025-11-04","close":2}]},{"symbol":"FB","historical":[{"date":"2025-11-04","close":3}]}]}
            """);

        (await DailyAsync(bench)).Value!["AAPL"].Value.Should().Equal(new RawBar(Day(2025, 11, 4), default, default, default, 2.0, default));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("""{"symbol":"AAPL","historical":[]}""")]
    [InlineData(" [ ]\r\n")]
    public async Task Nothing_in_the_range_is_a_success_however_it_is_said(string body)
    {
        await using var bench = await OpenAsync();
        bench.Emulator.Instead = _ => EmulatedAnswer.Ok(body);

        (await DailyAsync(bench)).Value!["AAPL"].Value.Should().BeEmpty();
    }

    [Theory]
    [InlineData(200, """{"Error Message" : "Limit Reach . Please upgrade your plan or visit our documentation"}""", nameof(ProviderErrorKind.RateLimited), false)]
    [InlineData(403, """{"Error Message" : "Limit Reach . Please upgrade your plan or visit our documentation"}""", nameof(ProviderErrorKind.RateLimited), false)]
    [InlineData(429, "Limit Reach . Please upgrade your plan", nameof(ProviderErrorKind.RateLimited), false)]
    [InlineData(200, """{"Error Message" : "Invalid API KEY. Please retry or visit our documentation"}""", nameof(ProviderErrorKind.NotEntitled), false)]
    [InlineData(401, "", nameof(ProviderErrorKind.NotEntitled), false)]
    [InlineData(403, """{"Error Message" : "Exclusive Endpoint : This endpoint is not available under your current subscription"}""", nameof(ProviderErrorKind.NotEntitled), true)]
    [InlineData(403, """{"Error Message" : "Legacy Endpoint : Due to Legacy endpoints being no longer supported"}""", nameof(ProviderErrorKind.NotEntitled), true)]
    [InlineData(402, "Premium Query Parameter: 'symbol' is not available under your current subscription", nameof(ProviderErrorKind.NotEntitled), true)]
    [InlineData(200, """{"Error Message" : "Something that nobody has heard of"}""", nameof(ProviderErrorKind.Unavailable), false)]
    [InlineData(404, "[]", nameof(ProviderErrorKind.UnknownSymbol), false)]
    [InlineData(200, "{}", nameof(ProviderErrorKind.UnknownSymbol), false)]
    [InlineData(200, """{"symbol":"MSFT","historical":[{"date":"2025-11-04","close":1}]}""", nameof(ProviderErrorKind.UnknownSymbol), false)]
    [InlineData(200, """[{"symbol":"MSFT","date":"2025-11-04","close":1}]""", nameof(ProviderErrorKind.Malformed), false)]
    [InlineData(200, """[{"symbol":"AAPL","close":1}]""", nameof(ProviderErrorKind.Malformed), false)]
    [InlineData(200, """[{"symbol":"AAPL","date":"04/11/2025","close":1}]""", nameof(ProviderErrorKind.Malformed), false)]
    [InlineData(200, """[["2025-11-04",1]]""", nameof(ProviderErrorKind.Malformed), false)]
    [InlineData(200, """[] []""", nameof(ProviderErrorKind.Malformed), false)]
    public async Task Error_is_of_its_kind_whatever_its_status(int status, string body, string kind, bool concernsThisRequestOnly)
    {
        await using var bench = await OpenAsync();
        bench.Emulator.Instead = _ => new EmulatedAnswer(status, body);

        var answer = await DailyAsync(bench);

        var error = (answer.Error ?? answer.Value!["AAPL"].Error)!;
        error.Kind.ToString().Should().Be(kind);
        error.ConcernsThisRequestOnly.Should().Be(concernsThisRequestOnly);
    }

    [Fact]
    public async Task Class_of_shares_stands_behind_a_dash_and_an_exchange_behind_a_point()
    {
        FmpSymbols.Of("BRK.B").Should().Be("BRK-B");
        FmpSymbols.Of("ULVR.L").Should().Be("ULVR.L");
        FmpSymbols.Of("^GSPC").Should().Be("^GSPC");
        FmpSymbols.Of("ACME.SIM").Should().BeNull();
        await using var bench = await OpenAsync();

        await BarsAsync(bench, EmulatedMarket.Berkshire, Interval.OneDay, Day(2025, 11, 3), Day(2025, 11, 7));

        bench.Emulator.Requests.Should().ContainSingle().Which.Query["symbol"].Should().Be("BRK-B");
    }

    [Fact]
    public async Task Action_without_an_amount_is_an_error_inside_of_the_range_and_no_matter_outside()
    {
        await using var bench = await OpenAsync();
        bench.Emulator.Instead = request => EmulatedAnswer.Ok(
            request.Path == "/splits" ? "[]" : """[{"symbol":"AAPL","date":"2025-11-07","dividend":0.26},{"symbol":"AAPL","date":"1987-05-11","dividend":0,"adjDividend":0.000536}]""");

        var inside = await bench.Provider.GetCorporateActionsAsync(["AAPL"], new(2025, 11, 1), new(2025, 11, 30), default);
        var outside = await bench.Provider.GetCorporateActionsAsync(["AAPL"], new(1980, 1, 1), new(2025, 11, 30), default);

        inside.Value!["AAPL"].Value.Should().Equal(new CorporateAction(CorporateActionKind.Dividend, new(2025, 11, 7), 0.26));
        inside.Credits.Should().Be(2);
        (outside.Error ?? outside.Value!["AAPL"].Error)!.Kind.Should().Be(ProviderErrorKind.Malformed);
    }
}
