using StocksDapr.Collector.Providers;
using StocksDapr.Collector.Providers.Simulated;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;
using StocksDapr.Support;

namespace StocksDapr.Collector.Tests.Providers;

public sealed class SimulatedProviderTests : IDisposable
{
    private static readonly DateTimeOffset Evening = DateTimeOffset.Parse("2026-11-20T22:00:00Z");

    private readonly CollectorMetrics _metrics = new();
    private readonly ManualTimeProvider _time = new(Evening);
    private readonly SimulatedMarket _market = new(1, 20);

    public void Dispose() => _metrics.Dispose();

    [Fact]
    public async Task Bars_arrive_as_the_market_made_them()
    {
        using var provider = Provider(new SimulatedFaults());
        var symbol = _market.Companies[3].Symbol;

        var bars = await BarsAsync(provider, symbol, Interval.FifteenMinutes, Evening.AddDays(-10));

        bars.Should().Equal(True(symbol, Interval.FifteenMinutes, Evening.AddDays(-10)).Select(Raw));
    }

    [Fact]
    public async Task Daily_bars_are_named_by_midnight_utc_of_their_date()
    {
        using var provider = Provider(new SimulatedFaults());
        var symbol = _market.Companies[0].Symbol;

        var bars = await BarsAsync(provider, symbol, Interval.OneDay, Evening.AddDays(-10));

        bars.Should().Equal(True(symbol, Interval.OneDay, Evening.AddDays(-10)).Select(Raw)).And.HaveCountGreaterThan(5);
    }

    [Fact]
    public async Task Unknown_symbol_is_an_error_of_its_own_beside_the_bars_of_the_others()
    {
        using var provider = Provider(new SimulatedFaults());

        var answer = await provider.GetBarsAsync(
            new BarsRequest(["NOSUCH.SIM", _market.Companies[0].Symbol], Interval.OneDay, Evening.AddDays(-10), Evening), default);

        answer.Value!["NOSUCH.SIM"].Error!.Kind.Should().Be(ProviderErrorKind.UnknownSymbol);
        answer.Value[_market.Companies[0].Symbol].Value.Should().NotBeEmpty();
    }

    [Theory]
    [InlineData("2026-11-20T22:00:00Z", "2026-11-20", 390)]
    [InlineData("2026-11-20T16:30:10Z", "2026-11-20", 120)]
    [InlineData("2026-11-20T14:30:59Z", "2026-11-19", 390)]
    [InlineData("2026-11-29T12:00:00Z", "2026-11-27", 210)]
    public async Task Quote_is_the_session_so_far_or_the_last_one(string now, string session, int minutes)
    {
        var time = new ManualTimeProvider(DateTimeOffset.Parse(now));
        using var provider = new SimulatedProvider(_market, new SimulatedOptions(), time, _metrics);
        var symbol = _market.Companies[0].Symbol;

        var answer = await provider.GetQuotesAsync([symbol, "NOSUCH.SIM"], default);

        var date = DateOnly.Parse(session);
        var (bars, before) = (new List<Bar>(), new List<Bar>());
        var midnight = new DateTimeOffset(date.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);
        _market.AddBars(symbol, Interval.OneMinute, midnight, midnight.AddDays(1), time.GetUtcNow(), bars);
        _market.AddBars(symbol, Interval.OneDay, midnight.AddDays(-7), midnight.AddDays(-1), time.GetUtcNow(), before);
        bars.Should().HaveCount(minutes);
        answer.Value![symbol].Value.Should().Be(new Quote(
            bars[^1].Start.AddMinutes(1), bars[^1].Close, bars[0].Open, bars.Max(bar => bar.High), bars.Min(bar => bar.Low), before[^1].Close, bars.Sum(bar => bar.Volume)));
        answer.Value["NOSUCH.SIM"].Error!.Kind.Should().Be(ProviderErrorKind.UnknownSymbol);
    }

    [Fact]
    public async Task Interval_that_the_vendor_does_not_have_is_refused()
    {
        using var provider = Provider(new SimulatedFaults());

        var answer = await provider.GetBarsAsync(new BarsRequest([_market.Companies[0].Symbol], Interval.OneMonth, Evening, Evening), default);

        answer.Error!.Kind.Should().Be(ProviderErrorKind.NotSupported);
        answer.Error.IsTransient.Should().BeFalse();
    }

    [Fact]
    public async Task Instruments_have_names_sectors_aliases_and_listing_dates()
    {
        using var provider = Provider(new SimulatedFaults());

        var answer = await provider.GetInstrumentsAsync(default);

        answer.Value.Should().HaveCount(20).And.BeEquivalentTo(
            _market.Companies.Select(company => new ListedInstrument(company.Instrument, company.ListedOn)), options => options.WithStrictOrdering());
    }

    [Fact]
    public async Task Actions_arrive_as_the_market_made_them()
    {
        using var provider = Provider(new SimulatedFaults());
        var symbols = _market.Companies.Select(company => company.Symbol).ToList();

        var answer = await provider.GetCorporateActionsAsync(symbols, new(2012, 1, 1), new(2026, 11, 20), default);

        foreach (var symbol in symbols)
            answer.Value![symbol].Value.Should().Equal(_market.Actions(symbol, new(2012, 1, 1), new(2026, 11, 20), new(2026, 11, 20)));
    }

    [Fact]
    public async Task Gaps_leave_bars_out_and_change_no_other()
    {
        using var provider = Provider(new SimulatedFaults { Gaps = 0.1 });

        var (bars, truth) = await BothAsync(provider);

        bars.Should().BeSubsetOf(truth);
        bars.Count.Should().BeInRange(truth.Count * 8 / 10, truth.Count * 97 / 100);
    }

    [Fact]
    public async Task Duplicates_are_said_twice_in_a_row()
    {
        using var provider = Provider(new SimulatedFaults { Duplicates = 0.1 });

        var (bars, truth) = await BothAsync(provider);

        bars.Count.Should().BeInRange(truth.Count * 103 / 100, truth.Count * 120 / 100);
        bars.Distinct().Should().Equal(truth);
    }

    [Fact]
    public async Task Wrong_order_keeps_all_bars()
    {
        using var provider = Provider(new SimulatedFaults { WrongOrder = 0.1 });

        var (bars, truth) = await BothAsync(provider);

        bars.Should().BeEquivalentTo(truth).And.NotEqual(truth);
    }

    [Fact]
    public async Task Nulls_are_missing_values_of_bars_that_are_there()
    {
        using var provider = Provider(new SimulatedFaults { Nulls = 0.1 });

        var (bars, truth) = await BothAsync(provider);

        bars.Select(bar => bar.Start).Should().Equal(truth.Select(bar => bar.Start));
        bars.Count(bar => bar.Open.IsMissing || bar.High.IsMissing || bar.Low.IsMissing || bar.Close.IsMissing || bar.Volume.IsMissing)
            .Should().BeInRange(truth.Count * 3 / 100, truth.Count * 20 / 100);
    }

    [Fact]
    public async Task Factor_100_spoils_one_price_of_a_bar_the_same_one_each_time()
    {
        using var provider = Provider(new SimulatedFaults { Factor100 = 0.1 });

        var (bars, truth) = await BothAsync(provider);

        var wrong = bars.Except(truth).ToList();
        wrong.Count.Should().BeInRange(truth.Count * 3 / 100, truth.Count * 20 / 100);
        _time.Advance(TimeSpan.FromHours(1));
        (await BothAsync(provider)).Bars.Should().Equal(bars);
    }

    [Fact]
    public async Task Late_correction_changes_a_bar_some_time_after_its_end()
    {
        using var provider = Provider(new SimulatedFaults { LateCorrections = 1, CorrectedAfter = TimeSpan.FromHours(2) });

        var (early, truth) = await BothAsync(provider);
        _time.Advance(TimeSpan.FromHours(1));
        var (late, _) = await BothAsync(provider);

        early[^1].Should().NotBe(truth[^1]);
        early[^1].Start.Should().Be(truth[^1].Start);
        late.Should().Equal(truth);
    }

    [Fact]
    public async Task Rate_limit_says_when_to_come_back()
    {
        using var provider = Provider(new SimulatedFaults { RateLimits = 1 });

        var answer = await provider.GetInstrumentsAsync(default);

        answer.Error!.Kind.Should().Be(ProviderErrorKind.RateLimited);
        answer.Error.RetryAfter.Should().Be(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Request_that_is_never_answered_times_out()
    {
        using var provider = Provider(new SimulatedFaults { TimeOuts = 1 });

        var request = provider.GetInstrumentsAsync(default);
        await Eventually.BeTrueAsync(() => _time.PendingTimers > 0);
        request.IsCompleted.Should().BeFalse();
        _time.Advance(TimeSpan.FromSeconds(10));

        (await request).Error!.Kind.Should().Be(ProviderErrorKind.TimedOut);
    }

    [Fact]
    public async Task Request_is_cancelled_when_the_caller_gives_up()
    {
        using var provider = Provider(new SimulatedFaults { TimeOuts = 1 });
        using var cancellation = new CancellationTokenSource();

        var request = provider.GetInstrumentsAsync(cancellation.Token);
        await cancellation.CancelAsync();

        await FluentActions.Awaiting(() => request).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task Broken_json_is_malformed_for_each_kind_of_request()
    {
        using var provider = Provider(new SimulatedFaults { BrokenJson = 1 });
        string[] symbols = [_market.Companies[0].Symbol];

        (await provider.GetInstrumentsAsync(default)).Error!.Kind.Should().Be(ProviderErrorKind.Malformed);
        (await provider.GetBarsAsync(new BarsRequest(symbols, Interval.OneDay, Evening.AddDays(-9), Evening), default))
            .Error!.Kind.Should().Be(ProviderErrorKind.Malformed);
        (await provider.GetCorporateActionsAsync(symbols, new(2020, 1, 1), new(2026, 1, 1), default))
            .Error!.Kind.Should().Be(ProviderErrorKind.Malformed);
    }

    [Fact]
    public async Task Failing_requests_succeed_when_they_are_repeated()
    {
        using var provider = Provider(new SimulatedFaults { RateLimits = 0.3, BrokenJson = 0.3 });
        var (failed, succeeded) = (0, 0);

        for (var i = 0; i < 50; i++)
        {
            var answer = await provider.GetInstrumentsAsync(default);
            (failed, succeeded) = answer.IsSuccess ? (failed, succeeded + 1) : (failed + 1, succeeded);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        failed.Should().BeGreaterThan(10);
        succeeded.Should().BeGreaterThan(10);
    }

    private SimulatedProvider Provider(SimulatedFaults faults) => new(_market, new SimulatedOptions { Faults = faults }, _time, _metrics);

    private async Task<(IReadOnlyList<RawBar> Bars, List<RawBar> Truth)> BothAsync(SimulatedProvider provider)
    {
        var symbol = _market.Companies[1].Symbol;
        return (
            await BarsAsync(provider, symbol, Interval.FifteenMinutes, Evening.AddDays(-20)),
            [.. True(symbol, Interval.FifteenMinutes, Evening.AddDays(-20)).Select(Raw)]);
    }

    private static async Task<IReadOnlyList<RawBar>> BarsAsync(SimulatedProvider provider, string symbol, Interval interval, DateTimeOffset from)
    {
        var answer = await provider.GetBarsAsync(new BarsRequest([symbol], interval, from, Evening), default);
        return answer.Value![symbol].Value!;
    }

    private List<Bar> True(string symbol, Interval interval, DateTimeOffset from)
    {
        var bars = new List<Bar>();
        _market.AddBars(symbol, interval, from, Evening, Evening, bars);
        return bars;
    }

    private static RawBar Raw(Bar bar) => new(bar.Start, bar.Open, bar.High, bar.Low, bar.Close, bar.Volume);
}
