using FluentAssertions.Execution;
using StocksDapr.Collector.Providers;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;
using StocksDapr.Support;
using StocksDapr.Vendors;

namespace StocksDapr.Collector.Tests.Vendors;

/// <summary>
/// What every provider must do, whoever its vendor is: a vendor's test class derives, gives its emulator and its provider, and says what the vendor does not
/// have. What only one vendor does is tested beside it.
/// </summary>
public abstract partial class ProviderCompliance
{
    private const string Unknown = "ZZNOSUCH";

    private static readonly DateTimeOffset Saturday = new(2025, 11, 15, 0, 0, 0, TimeSpan.Zero);

    private protected abstract VendorEmulator NewEmulator(EmulatedMarket market, TimeProvider clock);

    private protected abstract IMarketDataProvider NewProvider(ProviderSetting setting);

    /// <summary>The symbols of the market that the vendor has.</summary>
    private protected virtual IReadOnlyList<string> Symbols => EmulatedMarket.Symbols;

    /// <summary>Whether the vendor tells a symbol that it does not know from one without bars in the range.</summary>
    private protected virtual bool TellsUnknownSymbols => true;

    /// <summary>Whether the vendor wants a key.</summary>
    private protected virtual bool WantsKey => true;

    /// <summary>Whether the vendor's answer says which limit was passed and so when to come again.</summary>
    private protected virtual bool SaysWhenToComeAgain => true;

    /// <summary>Answers that are wrong for other vendors and which this one documents, such as <c>null</c> for nothing.</summary>
    private protected virtual IReadOnlyList<VendorFault> NoFaults => [];

    /// <summary>By how much a price may differ after a vendor's adjustment has been taken out again, relative; 0 for the same double.</summary>
    private protected virtual double PriceTolerance => 0;

    [Fact]
    public async Task Bars_are_the_markets_bar_for_bar_in_every_interval()
    {
        await using var bench = await OpenAsync();
        foreach (var interval in bench.Provider.Capabilities.Intervals.Keys)
        {
            foreach (var (from, to) in Chunks(bench.Provider.Capabilities, interval))
            {
                foreach (var symbols in Symbols.Chunk(bench.Provider.Capabilities.MaxSymbols))
                    await ShouldAnswerTheMarketAsync(bench, symbols, interval, from, to);
            }
        }
    }

    [Fact]
    public async Task Both_ends_of_the_range_belong_to_it_and_nothing_outside_does()
    {
        await using var bench = await OpenAsync();
        foreach (var interval in bench.Provider.Capabilities.Intervals.Keys)
        {
            var bars = bench.Emulator.Market.Bars(Symbols[0], interval, Day(2025, 11, 3), interval.IsIntraday ? Day(2025, 11, 5) : Day(2025, 11, 8));
            var (first, last) = (bars[1].Start, bars[^2].Start);

            (await BarsAsync(bench, Symbols[0], interval, first, last)).Select(bar => bar.Start).Should()
                .Equal(bars.Skip(1).SkipLast(1).Select(bar => bar.Start), interval.Code);
            (await BarsAsync(bench, Symbols[0], interval, first, first)).Should().ContainSingle(interval.Code).Which.Start.Should().Be(first);
            (await BarsAsync(bench, Symbols[0], interval, first.AddSeconds(1), last.AddSeconds(-1))).Select(bar => bar.Start).Should()
                .Equal(bars.Skip(2).SkipLast(2).Select(bar => bar.Start), interval.Code);
        }
    }

    [Fact]
    public async Task Sessions_before_and_after_the_clock_change_open_at_their_own_hour_of_utc()
    {
        await using var bench = await OpenAsync();
        foreach (var interval in bench.Provider.Capabilities.Intervals.Keys.Where(interval => interval.IsIntraday))
        {
            var bars = await BarsAsync(bench, Symbols[0], interval, Day(2025, 10, 31), Day(2025, 11, 4).AddTicks(-1));

            bars[0].Start.Should().Be(new DateTimeOffset(2025, 10, 31, 13, 30, 0, TimeSpan.Zero), interval.Code);
            bars.First(bar => bar.Start > Day(2025, 11, 1)).Start.Should().Be(new DateTimeOffset(2025, 11, 3, 14, 30, 0, TimeSpan.Zero), interval.Code);
        }
    }

    [Fact]
    public async Task Range_without_sessions_is_a_success_without_bars()
    {
        await using var bench = await OpenAsync();
        foreach (var interval in bench.Provider.Capabilities.Intervals.Keys)
            (await BarsAsync(bench, Symbols[0], interval, Saturday, Saturday.AddDays(1))).Should().BeEmpty(interval.Code);
    }

    [Fact]
    public async Task Unknown_symbol_is_an_error_of_its_own_and_spoils_no_other()
    {
        await using var bench = await OpenAsync();
        var known = Symbols.Take(bench.Provider.Capabilities.MaxSymbols - 1).ToList();

        var answer = await bench.Provider.GetBarsAsync(
            new BarsRequest([.. known, Unknown], Interval.OneDay, Day(2025, 11, 3), Day(2025, 11, 7)), default);

        answer.Error.Should().BeNull();
        answer.Value!.Keys.Should().BeEquivalentTo([.. known, Unknown]);
        if (TellsUnknownSymbols)
            answer.Value[Unknown].Error!.Kind.Should().Be(ProviderErrorKind.UnknownSymbol);
        else
            answer.Value[Unknown].Value.Should().BeEmpty();
        foreach (var symbol in known)
            answer.Value[symbol].Value.Should().NotBeEmpty(symbol);
    }

    [Fact]
    public async Task Bar_that_is_not_finished_is_left_out()
    {
        // 11:07 New York time, in the middle of a bar of every interval.
        var now = new DateTimeOffset(2025, 11, 19, 16, 7, 30, TimeSpan.Zero);
        await using var bench = await OpenAsync(now);
        foreach (var interval in bench.Provider.Capabilities.Intervals.Keys)
            await ShouldAnswerTheMarketAsync(bench, [Symbols[0]], interval, Day(2025, 11, 18), now);
    }

    [Fact]
    public async Task Bar_of_an_early_close_is_finished_then()
    {
        // 13:00 New York time on the day after Thanksgiving.
        var now = new DateTimeOffset(2025, 11, 28, 18, 0, 0, TimeSpan.Zero);
        await using var bench = await OpenAsync(now);
        foreach (var interval in bench.Provider.Capabilities.Intervals.Keys)
            await ShouldAnswerTheMarketAsync(bench, [Symbols[0]], interval, Day(2025, 11, 26), now);
    }

    [Fact]
    public async Task Value_that_the_vendor_does_not_have_is_missing_and_never_zero()
    {
        await using var bench = await OpenAsync();
        var day = new DateTimeOffset(EmulatedMarket.DayWithMissingValues.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);

        var bar = (await BarsAsync(bench, EmulatedMarket.Microsoft, Interval.OneDay, day, day)).Should().ContainSingle().Subject;

        bar.Open.IsMissing.Should().BeTrue();
        bar.Volume.IsMissing.Should().BeTrue();
        bar.Close.Number.Should().NotBeNull();
    }

    [Fact]
    public async Task Same_question_has_the_same_answer()
    {
        await using var bench = await OpenAsync();

        var first = await BarsAsync(bench, Symbols[0], Interval.OneDay, Day(2025, 10, 27), Day(2025, 12, 5));
        var second = await BarsAsync(bench, Symbols[0], Interval.OneDay, Day(2025, 10, 27), Day(2025, 12, 5));

        second.Should().Equal(first).And.NotBeEmpty();
    }

    [Fact]
    public async Task Several_threads_get_each_its_own_answer()
    {
        await using var bench = await OpenAsync();
        var days = EmulatedMarket.Sessions.ToArray().Take(8).ToList();

        await Task.WhenAll(days.SelectMany(_ => Symbols, (session, symbol) => Task.Run(() =>
            ShouldAnswerTheMarketAsync(bench, [symbol], Interval.OneDay, session.DayStart, session.DayStart.AddDays(5)))));
    }

    [Fact]
    public async Task Splits_and_dividends_are_the_markets()
    {
        await using var bench = await OpenAsync();
        if (!bench.Provider.Capabilities.HasCorporateActions)
        {
            var none = await bench.Provider.GetCorporateActionsAsync([Symbols[0]], EmulatedMarket.FirstDay, EmulatedMarket.LastDay, default);
            none.Error!.Kind.Should().Be(ProviderErrorKind.NotSupported);
            return;
        }

        foreach (var (from, to) in new[] { (EmulatedMarket.FirstDay, EmulatedMarket.LastDay), (new(2025, 11, 7), EmulatedMarket.SplitDay), (new(2025, 11, 11), new(2025, 11, 19)) })
        {
            foreach (var symbols in Symbols.Chunk(bench.Provider.Capabilities.MaxSymbols))
            {
                var counted = bench.Emulator.Requests.Sum(request => request.Credits);
                var answer = await bench.Provider.GetCorporateActionsAsync(symbols, from, to, default);

                answer.Error.Should().BeNull();
                answer.Credits.Should().Be(bench.Emulator.Requests.Sum(request => request.Credits) - counted);
                foreach (var symbol in symbols)
                    answer.Value![symbol].Value!.OrderBy(action => action.ExDate).Should().Equal(EmulatedMarket.Actions(symbol, from, to), $"{symbol} from {from} to {to}");
            }
        }
    }

    [Fact]
    public async Task Quote_says_the_session_so_far()
    {
        var now = new DateTimeOffset(2025, 11, 19, 16, 7, 30, TimeSpan.Zero);
        await using var bench = await OpenAsync(now);
        if (bench.Provider is not IQuoteProvider quotes)
            return;

        foreach (var symbols in Symbols.Chunk(bench.Provider.Capabilities.MaxSymbols))
        {
            var answer = await quotes.GetQuotesAsync(symbols, default);

            answer.Error.Should().BeNull();
            foreach (var symbol in symbols)
            {
                var day = bench.Emulator.Market.Bars(symbol, Interval.OneDay, Day(2025, 11, 18), now, now);
                var quote = answer.Value![symbol].Value!;
                (Near(quote.Price, day[^1].Close), Near(quote.Open, day[^1].Open), Near(quote.High, day[^1].High), Near(quote.Low, day[^1].Low), Near(quote.PreviousClose, day[^2].Close)).Should()
                    .Be((day[^1].Close, day[^1].Open, day[^1].High, day[^1].Low, day[^2].Close), symbol);
                quote.At.Should().BeOnOrBefore(now).And.BeAfter(now.AddMinutes(-20));
                (quote.Volume ?? day[^1].Volume).Should().Be(day[^1].Volume, symbol);
            }
        }
    }

    [Fact]
    public async Task Instruments_are_listed_only_by_a_vendor_that_does()
    {
        await using var bench = await OpenAsync();

        var answer = await bench.Provider.GetInstrumentsAsync(default);

        if (bench.Provider.Capabilities.ListsInstruments)
            answer.Value.Should().NotBeEmpty();
        else
            answer.Error!.Kind.Should().Be(ProviderErrorKind.NotSupported);
    }

    /// <summary>The emulator with its provider, at an instant; after all sessions of the market, unless said otherwise.</summary>
    private protected async Task<ProviderBench> OpenAsync(DateTimeOffset? at = null, string key = VendorEmulator.GoodKey)
    {
        var clock = new ManualTimeProvider(at ?? EmulatedMarket.After);
        var emulator = NewEmulator(EmulatedMarket.Shared, clock);
        await emulator.StartAsync();
        var keys = new FakeKeys(key);
        var metrics = new CollectorMetrics();
        return new ProviderBench(
            emulator, clock, keys, NewProvider(new ProviderSetting(emulator.Address, keys, ProviderBench.Timeout, clock, metrics)), metrics);
    }

    private protected static async Task<IReadOnlyList<RawBar>> BarsAsync(
        ProviderBench bench, string symbol, Interval interval, DateTimeOffset from, DateTimeOffset to)
    {
        var answer = await bench.Provider.GetBarsAsync(new BarsRequest([symbol], interval, from, to), default);
        answer.Error.Should().BeNull($"{symbol} {interval} from {from:O} to {to:O}");
        answer.Value!.Should().ContainKey(symbol);
        answer.Value![symbol].Error.Should().BeNull($"{symbol} {interval} from {from:O} to {to:O}");
        return answer.Value[symbol].Value!;
    }

    private protected static DateTimeOffset Day(int year, int month, int day) => new(year, month, day, 0, 0, 0, TimeSpan.Zero);

    private protected async Task ShouldAnswerTheMarketAsync(
        ProviderBench bench, IReadOnlyList<string> symbols, Interval interval, DateTimeOffset from, DateTimeOffset to)
    {
        var answer = await bench.Provider.GetBarsAsync(new BarsRequest(symbols, interval, from, to), default);

        answer.Error.Should().BeNull($"{interval} from {from:O} to {to:O}");
        answer.Value!.Keys.Should().BeEquivalentTo(symbols);
        foreach (var symbol in symbols)
        {
            using var scope = new AssertionScope($"{symbol} {interval} from {from:O} to {to:O}");
            var truth = bench.Emulator.Market.FinishedBars(symbol, interval, from, to, bench.Clock.GetUtcNow()).Select(bar => bar.ToRaw()).ToList();
            answer.Value[symbol].Error.Should().BeNull();
            Exact(answer.Value[symbol].Value ?? [], truth).Should().Equal(truth);
        }
    }

    /// <summary>Takes a price that is within the tolerance for the true one.</summary>
    private IEnumerable<RawBar> Exact(IReadOnlyList<RawBar> bars, List<RawBar> truth) =>
        PriceTolerance == 0 || bars.Count != truth.Count
            ? bars
            : bars.Zip(truth, (bar, true_) => bar with
            {
                Open = Near(bar.Open, true_.Open),
                High = Near(bar.High, true_.High),
                Low = Near(bar.Low, true_.Low),
                Close = Near(bar.Close, true_.Close),
            });

    private double? Near(double? value, double? truth) =>
        value is { } number && truth is { } exact && Math.Abs(number - exact) <= PriceTolerance * Math.Abs(exact) ? exact : value;

    private RawValue Near(RawValue value, RawValue truth) =>
        value.TryGetNumber(out var number) && truth.TryGetNumber(out var exact) && Math.Abs(number - exact) <= PriceTolerance * Math.Abs(exact) ? truth : value;

    /// <summary>All sessions of the market in ranges that one answer can hold.</summary>
    private static IEnumerable<(DateTimeOffset From, DateTimeOffset To)> Chunks(ProviderCapabilities capabilities, Interval interval)
    {
        var sessions = EmulatedMarket.Sessions.ToArray();
        var perChunk = Math.Max(1, Math.Min(sessions.Length, capabilities.MaxBars / sessions[0].BarCount(interval)));
        return sessions.Chunk(perChunk).Select(chunk => (chunk[0].BarStart(interval, 0), chunk[^1].BarStart(interval, chunk[^1].BarCount(interval) - 1)));
    }
}
