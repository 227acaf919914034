using StocksDapr.Collector.Providers;
using StocksDapr.Collector.Providers.Finnhub;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;
using StocksDapr.Support;
using StocksDapr.Vendors;
using StocksDapr.Vendors.Finnhub;

namespace StocksDapr.Collector.Tests.Vendors.Finnhub;

public sealed class FinnhubProviderTests : IAsyncLifetime
{
    private readonly ManualTimeProvider _clock = new(EmulatedMarket.After);
    private readonly CollectorMetrics _metrics = new();
    private readonly FakeKeys _keys = new(VendorEmulator.GoodKey);
    private FinnhubEmulator _vendor = null!;
    private FinnhubProvider _provider = null!;

    public async Task InitializeAsync()
    {
        _vendor = new FinnhubEmulator(EmulatedMarket.Shared, _clock);
        await _vendor.StartAsync();
        _provider = new FinnhubProvider(new FinnhubOptions { BaseAddress = _vendor.Address }, _keys, _clock, _metrics);
    }

    public async Task DisposeAsync()
    {
        _provider.Dispose();
        await _vendor.DisposeAsync();
        _metrics.Dispose();
        _vendor.Violations.Should().BeEmpty();
    }

    [Fact]
    public async Task Free_plan_is_not_entitled_to_candles_and_the_key_stays_good()
    {
        _vendor.IsPaid = false;

        var answer = await _provider.GetBarsAsync(Daily(3, 7), default);

        answer.Error!.Kind.Should().Be(ProviderErrorKind.NotEntitled);
        (answer.Error.ConcernsThisRequestOnly, answer.Error.IsKeyRefused).Should().Be((true, false));
    }

    [Fact]
    public async Task Adjusted_prices_are_not_handed_on_when_the_splits_cannot_be_had()
    {
        _vendor.Instead = request => request.Path.EndsWith("/split", StringComparison.Ordinal) ? new EmulatedAnswer(403, """{"error":"You don't have access to this resource."}""") : null;

        var answer = await _provider.GetBarsAsync(Daily(3, 7), default);

        answer.Value.Should().BeNull();
        answer.Error!.Kind.Should().Be(ProviderErrorKind.NotEntitled);
        answer.Credits.Should().Be(2);
    }

    [Fact]
    public async Task Budget_is_read_from_the_headers_and_a_limit_tells_when_it_is_reset()
    {
        await _provider.GetQuotesAsync([EmulatedMarket.Apple], default);
        _keys.Reports[^1].Usage.Should().BeEquivalentTo(new { Used = 1, Left = 59 });

        _clock.Advance(TimeSpan.FromSeconds(48));
        _vendor.Budget.PerMinute = 0;
        var answer = await _provider.GetQuotesAsync([EmulatedMarket.Apple], default);

        answer.Error!.Kind.Should().Be(ProviderErrorKind.RateLimited);
        answer.Error.RetryAfter.Should().Be(TimeSpan.FromSeconds(12));
    }

    [Fact]
    public async Task Zeros_are_an_unknown_symbol_and_not_a_quote()
    {
        var answer = await _provider.GetQuotesAsync(["NOSUCH"], default);

        answer.Value!["NOSUCH"].Error!.Kind.Should().Be(ProviderErrorKind.UnknownSymbol);
    }

    [Fact]
    public async Task Quote_without_a_time_is_of_the_end_of_the_last_session()
    {
        _vendor.Instead = _ => EmulatedAnswer.Ok("""{"c": 261.74, "h": 263.31, "l": 260.68, "o": 0, "pc": 259.45}""");

        var quote = (await _provider.GetQuotesAsync([EmulatedMarket.Apple], default)).Value![EmulatedMarket.Apple].Value;

        quote.Should().Be(new Quote(new(2025, 12, 5, 21, 0, 0, TimeSpan.Zero), 261.74, null, 263.31, 260.68, 259.45, null));
    }

    [Theory]
    [InlineData("""{"s":"ok"}""")]
    [InlineData("""{"c":[1],"h":[1],"l":[1],"o":[1],"t":[1762128000,1762214400],"v":[1],"s":"ok"}""")]
    [InlineData("""{"c":1,"h":[1],"l":[1],"o":[1],"t":[1762128000],"v":[1],"s":"ok"}""")]
    [InlineData("""{"c":[1],"h":[1],"l":[1],"o":[1],"t":[null],"v":[1],"s":"ok"}""")]
    [InlineData("""{"c":[1],"h":[1],"l":[1],"o":[1],"t":[1762128000],"v":[1]}""")]
    [InlineData("""{"error":"Something else"}""")]
    public async Task Columns_that_do_not_fit_together_are_malformed(string body)
    {
        _vendor.Instead = _ => EmulatedAnswer.Ok(body);

        (await _provider.GetBarsAsync(Daily(3, 7), default)).Error!.Kind.Should().Be(ProviderErrorKind.Malformed);
    }

    [Fact]
    public async Task Day_is_named_by_midnight_of_utc_or_of_new_york()
    {
        _vendor.Instead = request => EmulatedAnswer.Ok(request.Path.EndsWith("/split", StringComparison.Ordinal)
            ? "[]"
            : """{"c":[1,2],"h":[1,2],"l":[1,2],"o":[1,2],"t":[1763355600,1763424000],"v":[null,5.5e3],"s":"ok"}""");

        var bars = (await _provider.GetBarsAsync(Daily(17, 18), default)).Value![EmulatedMarket.Apple].Value;

        bars.Should().Equal(new RawBar(Day(17), 1, 1, 1, 1, default), new RawBar(Day(18), 2, 2, 2, 2, 5_500));
    }

    [Fact]
    public async Task Intraday_bars_are_asked_by_the_month_and_not_taken_for_adjusted()
    {
        var request = new BarsRequest([EmulatedMarket.Apple], Interval.FifteenMinutes, new(2025, 10, 27, 0, 0, 0, TimeSpan.Zero), new(2025, 12, 5, 23, 0, 0, TimeSpan.Zero));

        var answer = await _provider.GetBarsAsync(request, default);

        answer.Value![EmulatedMarket.Apple].Value.Should().Equal(
            EmulatedMarket.Shared.FinishedBars(EmulatedMarket.Apple, Interval.FifteenMinutes, request.From, request.To).Select(bar => bar.ToRaw()));
        (answer.Credits, _vendor.Requests.Count).Should().Be((2, 2));
    }

    private static BarsRequest Daily(int from, int to) => new([EmulatedMarket.Apple], Interval.OneDay, Day(from), Day(to));

    private static DateTimeOffset Day(int day) => new(2025, 11, day, 0, 0, 0, TimeSpan.Zero);
}
