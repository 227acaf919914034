using StocksDapr.Collector.Providers;
using StocksDapr.Collector.Providers.AlphaVantage;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;
using StocksDapr.Support;
using StocksDapr.Vendors;
using StocksDapr.Vendors.AlphaVantage;

namespace StocksDapr.Collector.Tests.Vendors.AlphaVantage;

public sealed class AlphaVantageProviderTests : IAsyncLifetime
{
    private readonly ManualTimeProvider _clock = new(EmulatedMarket.After);
    private readonly CollectorMetrics _metrics = new();
    private readonly FakeKeys _keys = new(VendorEmulator.GoodKey);
    private AlphaVantageEmulator _vendor = null!;

    public Task InitializeAsync()
    {
        _vendor = new AlphaVantageEmulator(EmulatedMarket.Shared, _clock);
        return _vendor.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _vendor.DisposeAsync();
        _metrics.Dispose();
        _vendor.Violations.Should().BeEmpty();
    }

    [Theory]
    [InlineData("Note", "Thank you for using Alpha Vantage! Our standard API call frequency is 5 calls per minute and 500 calls per day. Please visit https://www.alphavantage.co/premium/ if you would like to target a higher API call frequency.", "RateLimited", 60)]
    [InlineData("Information", "Thank you for using Alpha Vantage! Please consider spreading out your free API requests more sparingly (1 request per second). You may subscribe to any of the premium plans at https://www.alphavantage.co/premium/ to lift the free key rate limit (25 requests per day), raise the per-second burst limit, and instantly unlock all premium endpoints", "RateLimited", 2)]
    [InlineData("Information", "We have detected your API key as QWERTYUIOP123456 and our standard API rate limit is 25 requests per day. Please subscribe to any of the premium plans at https://www.alphavantage.co/premium/ to instantly remove all daily rate limits.", "RateLimited", 61_200)]
    [InlineData("Information", "Thank you for using Alpha Vantage! Our standard API rate limit is 25 requests per day. Please subscribe to any of the premium plans.", "RateLimited", 61_200)]
    [InlineData("Information", "Thank you for using Alpha Vantage! Please visit https://www.alphavantage.co/premium/ if you would like to have a higher API call volume.", "RateLimited", 60)]
    [InlineData("Information", "Thank you for using Alpha Vantage! Please consider spreading out your free API requests more sparingly. You may subscribe to any of the premium plans to lift the free key rate limit (25 requests per day) and instantly unlock all premium endpoints", "RateLimited", 60)]
    [InlineData("Information", "Burst pattern detected. Please spread your requests evenly.", "RateLimited", 60)]
    [InlineData("Information", "Thank you for using Alpha Vantage! The **outputsize=full** parameter value is a premium feature for the TIME_SERIES_DAILY endpoint. You may subscribe to any of the premium plans.", "NotEntitled", null)]
    [InlineData("Information", "Thank you for using Alpha Vantage! This is a premium endpoint. You may subscribe to any of the premium plans at https://www.alphavantage.co/premium/ to instantly unlock all premium endpoints", "NotEntitled", null)]
    [InlineData("Information", "The **demo** API key is for demo purposes only. Please claim your free API key at (https://www.alphavantage.co/support/#api-key) to explore our full API offerings. It takes fewer than 20 seconds.", "NotEntitled", null)]
    [InlineData("Error Message", "the parameter apikey is invalid or missing. Please claim your free API key on (https://www.alphavantage.co/support/#api-key). It should take less than 20 seconds.", "NotEntitled", null)]
    [InlineData("Error Message", "The intraday time series encountered an internal or external error - we apologize for the inconvenience.", "Unavailable", null)]
    [InlineData("Error Message", "This API function (TIME_SERIES_DAYLY) does not exist.", "NotSupported", null)]
    [InlineData("Information", "The moon is made of cheese.", "Malformed", null)]
    public async Task Sentence_instead_of_data_says_what_to_do(string name, string sentence, string kind, int? retryAfterSeconds)
    {
        _vendor.Instead = _ => EmulatedAnswer.Ok($$"""{ "{{name}}": "{{sentence}}" }""");

        var answer = await NewProvider().GetBarsAsync(Request(Interval.OneDay), default);

        answer.Error!.Kind.ToString().Should().Be(kind);
        answer.Error.RetryAfter.Should().Be(retryAfterSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null);
        answer.Error.Detail.Should().NotContain("QWERTYUIOP123456");
    }

    [Theory]
    [InlineData("TIME_SERIES_DAILY")]
    [InlineData("CMO")]
    public async Task Invalid_call_is_an_unknown_symbol_and_not_a_failure_of_the_provider(string function)
    {
        _vendor.Instead = _ => EmulatedAnswer.Ok(
            $$"""{ "Error Message": "Invalid API call. Please retry or visit the documentation (https://www.alphavantage.co/documentation/) for {{function}}." }""");

        var answer = await NewProvider().GetBarsAsync(Request(Interval.OneDay), default);

        answer.Value![EmulatedMarket.Apple].Error!.Kind.Should().Be(ProviderErrorKind.UnknownSymbol);
    }

    [Fact]
    public async Task History_beyond_the_free_plan_is_asked_for_once_a_day_and_the_rest_as_before()
    {
        var provider = NewProvider();
        var old = Request(Interval.OneDay) with { From = new(2024, 1, 2, 0, 0, 0, TimeSpan.Zero) };

        var refused = await provider.GetBarsAsync(old, default);
        refused.Error!.Kind.Should().Be(ProviderErrorKind.NotEntitled);
        refused.Error.ConcernsThisRequestOnly.Should().BeTrue();
        (await provider.GetBarsAsync(old, default)).Should().Match<ProviderAnswer<IReadOnlyDictionary<string, SymbolAnswer<IReadOnlyList<RawBar>>>>>(
            answer => answer.Error!.Kind == ProviderErrorKind.NotEntitled && answer.Credits == 0);
        _vendor.Requests.Should().ContainSingle();
        provider.Capabilities.Intervals[Interval.OneDay].Should().BeLessThan(TimeSpan.FromDays(150));

        (await provider.GetBarsAsync(Request(Interval.OneDay), default)).Value![EmulatedMarket.Apple].Value.Should().NotBeEmpty();

        _vendor.IsPaid = true;
        _clock.Advance(TimeSpan.FromDays(1.5));
        (await provider.GetBarsAsync(old, default)).Value![EmulatedMarket.Apple].Value.Should().HaveCount(EmulatedMarket.Sessions.Length);
    }

    [Fact]
    public async Task Plan_that_is_said_to_be_free_is_not_asked_for_more()
    {
        var answer = await NewProvider(new AlphaVantageOptions { Premium = false }).GetBarsAsync(
            Request(Interval.OneDay) with { From = new(2024, 1, 2, 0, 0, 0, TimeSpan.Zero) }, default);

        answer.Error!.Kind.Should().Be(ProviderErrorKind.NotEntitled);
        _vendor.Requests.Should().BeEmpty();
    }

    [Theory]
    [InlineData("1min")]
    [InlineData("5min")]
    [InlineData("15min")]
    [InlineData("30min")]
    public async Task Bars_named_by_their_end_with_extended_hours_are_the_same_bars(string code)
    {
        Interval.TryParse(code, out var interval).Should().BeTrue();
        var request = Request(interval!) with { From = new(2025, 10, 31, 0, 0, 0, TimeSpan.Zero), To = new(2025, 11, 3, 23, 0, 0, TimeSpan.Zero) };
        var now = await NewProvider().GetBarsAsync(request, default);

        _vendor.IsOld = true;
        var then = await NewProvider().GetBarsAsync(request, default);

        then.Value![EmulatedMarket.Apple].Value.Should().Equal(now.Value![EmulatedMarket.Apple].Value).And.NotBeEmpty();
        then.Credits.Should().Be(2, "the range has sessions of two months");
    }

    [Fact]
    public async Task Month_before_the_first_trade_has_no_bars()
    {
        var request = Request(Interval.FifteenMinutes) with { From = new(2025, 9, 22, 0, 0, 0, TimeSpan.Zero), To = new(2025, 10, 28, 0, 0, 0, TimeSpan.Zero) };

        var answer = await NewProvider().GetBarsAsync(request, default);

        answer.Value![EmulatedMarket.Apple].Value.Should().HaveCount(26, "of the first session");
        answer.Credits.Should().Be(2);
    }

    [Fact]
    public async Task Note_in_the_middle_of_several_months_makes_the_whole_fail()
    {
        _vendor.Instead = request => request.Query["month"] == "2025-11" ? EmulatedAnswer.Ok("""{"Note": "Thank you for using Alpha Vantage! Our standard API call frequency is 5 calls per minute."}""") : null;

        var answer = await NewProvider().GetBarsAsync(Request(Interval.FifteenMinutes) with { From = new(2025, 10, 28, 0, 0, 0, TimeSpan.Zero) }, default);

        answer.Error!.Kind.Should().Be(ProviderErrorKind.RateLimited);
        answer.Value.Should().BeNull();
        answer.Credits.Should().Be(2);
    }

    [Fact]
    public async Task Paid_plan_tells_splits_and_dividends_in_one_request()
    {
        _vendor.IsPaid = true;

        var answer = await NewProvider(new AlphaVantageOptions { Premium = true }).GetCorporateActionsAsync(
            [EmulatedMarket.Apple], EmulatedMarket.FirstDay, EmulatedMarket.LastDay, default);

        answer.Value![EmulatedMarket.Apple].Value.Should().Equal(EmulatedMarket.Actions(EmulatedMarket.Apple, EmulatedMarket.FirstDay, EmulatedMarket.LastDay));
        answer.Credits.Should().Be(1);
    }

    [Fact]
    public async Task Plan_that_turns_out_not_to_be_paid_is_asked_by_the_free_functions()
    {
        var answer = await NewProvider(new AlphaVantageOptions { Premium = true }).GetCorporateActionsAsync(
            [EmulatedMarket.Apple], EmulatedMarket.FirstDay, EmulatedMarket.LastDay, default);

        answer.Value![EmulatedMarket.Apple].Value.Should().Equal(EmulatedMarket.Actions(EmulatedMarket.Apple, EmulatedMarket.FirstDay, EmulatedMarket.LastDay));
        answer.Credits.Should().Be(3);
    }

    [Theory]
    [InlineData("""{"Meta Data": {"2. Symbol": "IBM", "5. Time Zone": "US/Eastern"}, "Time Series (Daily)": {}}""")]
    [InlineData("""{"Meta Data": {"2. Symbol": "AAPL", "5. Time Zone": "Asia/Tokyo"}, "Time Series (Daily)": {}}""")]
    [InlineData("""{"Meta Data": {"2. Symbol": "AAPL"}, "Time Series (Daily)": {"99/12/2025": {"1. open": "1"}}}""")]
    [InlineData("""{"Meta Data": {"2. Symbol": "AAPL"}, "Time Series (Daily)": {"2025-12-01": "1"}}""")]
    [InlineData("{}")]
    [InlineData("timestamp,open,high,low,close,volume\r\n2025-12-01,1,1,1,1,5")]
    [InlineData("timestamp,open,high,low,close,volume\r\n2025-12-01,1,1,1\r\n")]
    [InlineData("day,price\r\n2025-12-01,1\r\n")]
    public async Task Answer_to_another_question_is_malformed(string body)
    {
        _vendor.Instead = _ => EmulatedAnswer.Ok(body);

        (await NewProvider().GetBarsAsync(Request(Interval.OneDay), default)).Error!.Kind.Should().Be(ProviderErrorKind.Malformed);
    }

    [Fact]
    public async Task Csv_is_understood_where_json_was_asked_for_and_text_where_a_number_belongs_is_kept()
    {
        _vendor.Instead = _ => EmulatedAnswer.Ok("timestamp,open,high,low,close,volume\n2025-12-02,287.00,n/a,x,286.19,5.3669532E7\n2025-12-01,278.01,283.42,276.14,283.10,46587700\n");

        var bars = (await NewProvider().GetBarsAsync(Request(Interval.OneDay), default)).Value![EmulatedMarket.Apple].Value;

        bars.Should().Equal(
            new RawBar(Day(1), 278.01, 283.42, 276.14, 283.10, 46_587_700),
            new RawBar(Day(2), 287.00, default, new RawValue("x"), 286.19, 53_669_532));
    }

    [Fact]
    public async Task Chain_has_the_contracts_of_the_range_and_nothing_instead_of_zero()
    {
        var chain = (await NewProvider().GetOptionChainAsync(EmulatedMarket.Apple, new(2025, 12, 6), new(2026, 1, 31), default)).Value!;

        chain.Underlying.Should().Be(EmulatedMarket.Apple);
        chain.QuotedAt.Should().Be(new DateTimeOffset(2025, 12, 5, 21, 0, 0, TimeSpan.Zero));
        chain.Contracts.Should().Equal(
            new RawOptionQuote("AAPL251219C00270000", StocksDapr.Market.Options.OptionType.Call, new(2025, 12, 19), 270, 9.05, 9.30, 9.15, null, 143, 2210, 0.24113),
            new RawOptionQuote("AAPL251219P00270000", StocksDapr.Market.Options.OptionType.Put, new(2025, 12, 19), 270, null, 7.40, null, null, 0, 0, null));
    }

    [Fact]
    public async Task Artificial_sample_is_refused()
    {
        var answer = await NewProvider(new AlphaVantageOptions { RealtimeOptions = true }).GetOptionChainAsync(EmulatedMarket.Apple, new(2025, 12, 6), new(2099, 12, 31), default);

        answer.Error!.Kind.Should().Be(ProviderErrorKind.NotEntitled);
    }

    [Fact]
    public async Task Sample_that_does_not_call_itself_artificial_is_refused_as_well()
    {
        _vendor.Instead = _ => EmulatedAnswer.Ok(
            """{"endpoint": "Realtime Options", "message": "success", "data": [{"contractID": "XXYYZZ999999C00020000", "symbol": "XXYYZZ", "expiration": "2099-99-99", "strike": "20.00", "type": "call", "date": "2049-99-99"}]}""");

        (await NewProvider().GetOptionChainAsync(EmulatedMarket.Apple, new(2025, 12, 6), new(2099, 12, 31), default)).Error!.Kind.Should().Be(ProviderErrorKind.Malformed);
    }

    private static BarsRequest Request(Interval interval) => new([EmulatedMarket.Apple], interval, new(2025, 11, 3, 0, 0, 0, TimeSpan.Zero), new(2025, 12, 5, 23, 0, 0, TimeSpan.Zero));

    private static DateTimeOffset Day(int day) => new(2025, 12, day, 0, 0, 0, TimeSpan.Zero);

    private AlphaVantageProvider NewProvider(AlphaVantageOptions? options = null)
    {
        options ??= new AlphaVantageOptions();
        options.BaseAddress = _vendor.Address;
        return new AlphaVantageProvider(options, _keys, _clock, _metrics);
    }
}
