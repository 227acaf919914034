using StocksDapr.Collector.Providers;
using StocksDapr.Collector.Providers.Keys;
using StocksDapr.Collector.Providers.Yahoo;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;
using StocksDapr.Market.Options;
using StocksDapr.Support;
using StocksDapr.Vendors;
using StocksDapr.Vendors.Yahoo;

namespace StocksDapr.Collector.Tests.Vendors.Yahoo;

public sealed class YahooProviderTests : IAsyncLifetime
{
    private readonly ManualTimeProvider _clock = new(EmulatedMarket.After);
    private readonly CollectorMetrics _metrics = new();
    private YahooEmulator _vendor = null!;
    private YahooProvider _provider = null!;

    public async Task InitializeAsync()
    {
        _vendor = new YahooEmulator(EmulatedMarket.Shared, _clock);
        await _vendor.StartAsync();
        _provider = NewProvider(new YahooOptions { MinimumGap = TimeSpan.Zero });
    }

    public async Task DisposeAsync()
    {
        _provider.Dispose();
        await _vendor.DisposeAsync();
        _metrics.Dispose();
        _vendor.Violations.Should().BeEmpty();
    }

    [Fact]
    public async Task Prices_in_pence_are_handed_on_in_pounds()
    {
        var dollars = (await _provider.GetBarsAsync(Request(Interval.OneDay), default)).Value![EmulatedMarket.Apple].Value!;

        _vendor.Currency = "GBp";
        var pounds = (await _provider.GetBarsAsync(Request(Interval.OneDay), default)).Value![EmulatedMarket.Apple].Value!;

        pounds.Should().HaveSameCount(dollars).And.NotBeEmpty();
        foreach (var (pound, dollar) in pounds.Zip(dollars))
            pound.Close.Number.Should().BeApproximately(dollar.Close.Number!.Value, 1e-4);
    }

    [Fact]
    public async Task One_minute_bars_are_asked_for_by_the_week_and_the_splits_since_apart()
    {
        var request = Request(Interval.OneMinute) with { From = new(2025, 11, 6, 0, 0, 0, TimeSpan.Zero), To = new(2025, 11, 14, 0, 0, 0, TimeSpan.Zero) };

        var answer = await _provider.GetBarsAsync(request, default);

        (answer.Credits, _vendor.Requests.Count, _provider.CreditsFor(request)).Should().Be((3, 3, 3));
        var bars = answer.Value![EmulatedMarket.Apple].Value!;
        bars.Should().HaveCount(6 * 390);
        bars[0].Open.Number.Should().BeGreaterThan(bars[^1].Open.Number!.Value * 3, "the split is taken out");
    }

    [Fact]
    public async Task Bars_that_the_provider_has_no_more_are_not_supported()
    {
        _vendor.ForgetsOldBars = true;

        var answer = await _provider.GetBarsAsync(
            Request(Interval.OneMinute) with { From = new(2025, 10, 27, 0, 0, 0, TimeSpan.Zero), To = new(2025, 10, 28, 0, 0, 0, TimeSpan.Zero) }, default);

        answer.Error!.Kind.Should().Be(ProviderErrorKind.NotSupported);
    }

    [Fact]
    public async Task Range_without_data_is_a_success_without_bars()
    {
        _vendor.Instead = _ => new EmulatedAnswer(
            400, """{"chart":{"result":null,"error":{"code":"Bad Request","description":"Data doesn't exist for startDate = 1577836800, endDate = 1578009600"}}}""");

        (await _provider.GetBarsAsync(Request(Interval.OneDay), default)).Value![EmulatedMarket.Apple].Value.Should().BeEmpty();
    }

    [Theory]
    [InlineData(200, "Too Many Requests\r\n")]
    [InlineData(200, "Edge: Too Many Requests")]
    [InlineData(999, "Request denied")]
    [InlineData(429, """{"finance":{"result":null,"error":{"code":"Too Many Requests","description":"Rate limited"}}}""")]
    public async Task Asked_too_much_is_a_limit_and_the_provider_is_left_alone_longer_each_time(int status, string body)
    {
        _vendor.Instead = _ => new EmulatedAnswer(status, body, "text/plain");

        (await _provider.GetBarsAsync(Request(Interval.OneDay), default)).Error!.Kind.Should().Be(ProviderErrorKind.RateLimited);
        var left = await _provider.GetBarsAsync(Request(Interval.OneDay), default);
        (left.Error!.Kind, left.Error.RetryAfter, left.Credits).Should().Be((ProviderErrorKind.RateLimited, TimeSpan.FromMinutes(1), 0));

        _clock.Advance(TimeSpan.FromMinutes(1));
        await _provider.GetBarsAsync(Request(Interval.OneDay), default);
        (await _provider.GetQuotesAsync([EmulatedMarket.Apple], default)).Error!.RetryAfter.Should().Be(TimeSpan.FromMinutes(2));
        _vendor.Requests.Should().HaveCount(2);
    }

    [Fact]
    public async Task Requests_keep_their_distance()
    {
        using var provider = NewProvider(new YahooOptions { MinimumGap = TimeSpan.FromSeconds(3) });
        await provider.GetBarsAsync(Request(Interval.OneDay), default);

        var second = provider.GetBarsAsync(Request(Interval.OneDay), default);
        var third = provider.GetBarsAsync(Request(Interval.OneDay), default);
        await Eventually.BeTrueAsync(() => _clock.PendingTimers > 0);
        _vendor.Requests.Should().ContainSingle();

        _clock.Advance(TimeSpan.FromSeconds(3));
        await Task.WhenAny(second, third);
        await Eventually.BeTrueAsync(() => _clock.PendingTimers > 0);
        _vendor.Requests.Should().HaveCount(2);

        _clock.Advance(TimeSpan.FromSeconds(3));
        await Task.WhenAll(second, third);
        _vendor.Requests.Select(request => request.At).Should().Equal(
            EmulatedMarket.After, EmulatedMarket.After.AddSeconds(3), EmulatedMarket.After.AddSeconds(6));
    }

    [Fact]
    public async Task Chain_is_put_together_from_the_pages_of_its_expiries_with_one_crumb()
    {
        var chain = await _provider.GetOptionChainAsync(EmulatedMarket.Apple, new(2025, 12, 6), new(2025, 12, 31), default);

        chain.Value!.Should().BeEquivalentTo(
            new { Underlying = EmulatedMarket.Apple, UnderlyingPrice = 278.78, QuotedAt = DateTimeOffset.FromUnixTimeSeconds(1_764_968_402) });
        chain.Value!.Contracts.Should().HaveCount(4).And.Contain(
        [
            new RawOptionQuote(
                "AAPL251212C00270000", OptionType.Call, new(2025, 12, 12), 270, 9.05, 9.3, 9.15, DateTimeOffset.FromUnixTimeSeconds(1_764_968_100), 143, 2210, 0.24113, "USD"),
            new RawOptionQuote(
                "AAPL251219P00272500", OptionType.Put, new(2025, 12, 19), 272.5, null, null, 3.1, DateTimeOffset.FromUnixTimeSeconds(1_764_881_700), null, 0, null, "USD"),
        ]);
        chain.Credits.Should().Be(3, "one for the crumb and one for each expiry in the range");
        _vendor.Crumbs.Should().Be(1);
    }

    [Fact]
    public async Task Crumb_that_is_no_longer_accepted_is_renewed_once()
    {
        await _provider.GetOptionChainAsync(EmulatedMarket.Apple, new(2025, 12, 6), new(2025, 12, 13), default);
        _vendor.ForgetCrumb();

        (await _provider.GetOptionChainAsync(EmulatedMarket.Apple, new(2025, 12, 6), new(2025, 12, 13), default)).Value!.Contracts.Should().HaveCount(2);

        _vendor.Instead = request => request.Path.StartsWith("/v7", StringComparison.Ordinal)
            ? new EmulatedAnswer(401, """{"finance":{"result":null,"error":{"code":"Unauthorized","description":"Invalid Crumb"}}}""")
            : null;
        var before = _vendor.Requests.Count;
        var refused = await _provider.GetOptionChainAsync(EmulatedMarket.Apple, new(2025, 12, 6), new(2025, 12, 13), default);
        refused.Error!.Kind.Should().Be(ProviderErrorKind.NotEntitled);
        _vendor.Requests.Skip(before).Count(request => request.Path.StartsWith("/v7", StringComparison.Ordinal)).Should().Be(2);
    }

    [Fact]
    public async Task Page_that_fails_makes_the_whole_chain_fail()
    {
        _vendor.Instead = request => request.Query.ContainsKey("date") ? new EmulatedAnswer(502, "") : null;

        var answer = await _provider.GetOptionChainAsync(EmulatedMarket.Apple, new(2025, 12, 6), new(2025, 12, 31), default);

        answer.Value.Should().BeNull();
        answer.Error!.Kind.Should().Be(ProviderErrorKind.Unavailable);
    }

    [Theory]
    [InlineData("NOSUCH", nameof(ProviderErrorKind.UnknownSymbol))]
    [InlineData("BRK.B", null)]
    public async Task Underlying_without_options_is_not_an_unknown_one(string underlying, string? kind)
    {
        var answer = await _provider.GetOptionChainAsync(underlying, new(2025, 12, 6), new(2025, 12, 31), default);

        (answer.Error?.Kind.ToString()).Should().Be(kind);
        if (kind is null)
            answer.Value!.Contracts.Should().BeEmpty();
    }

    [Theory]
    [InlineData("Too Many Requests\r\n", nameof(ProviderErrorKind.RateLimited))]
    [InlineData("<html>consent</html>", nameof(ProviderErrorKind.Malformed))]
    [InlineData("", nameof(ProviderErrorKind.Malformed))]
    public async Task What_is_no_crumb_is_not_taken_for_one(string body, string kind)
    {
        _vendor.Instead = request => request.Path == "/v1/test/getcrumb" ? new EmulatedAnswer(200, body, "text/plain") : null;

        (await _provider.GetOptionChainAsync(EmulatedMarket.Apple, new(2025, 12, 6), new(2025, 12, 31), default)).Error!.Kind.ToString().Should().Be(kind);
        _vendor.Requests.Should().NotContain(request => request.Path.StartsWith("/v7", StringComparison.Ordinal));
    }

    private static BarsRequest Request(Interval interval) =>
        new([EmulatedMarket.Apple], interval, new(2025, 11, 3, 0, 0, 0, TimeSpan.Zero), new(2025, 11, 14, 23, 0, 0, TimeSpan.Zero));

    private YahooProvider NewProvider(YahooOptions options)
    {
        options.BaseAddress = _vendor.Address;
        options.CookieAddress = new Uri(_vendor.Address, YahooEmulator.CookiePath);
        return new YahooProvider(options, NoKeys.Instance, _clock, _metrics);
    }
}
