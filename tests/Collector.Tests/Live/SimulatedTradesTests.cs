using StocksDapr.Collector.Live;
using StocksDapr.Collector.Providers;
using StocksDapr.Collector.Providers.Simulated;
using StocksDapr.Market;
using StocksDapr.Support;

namespace StocksDapr.Collector.Tests.Live;

public sealed class SimulatedTradesTests
{
    private static readonly ExchangeCalendar Calendar = ExchangeCalendar.UsEquities;
    private static readonly Session Session = Calendar.SessionOn(new DateOnly(2026, 11, 20));
    private static readonly SimulatedMarket Market = new(seed: 1, symbols: 3);

    [Fact]
    public void The_trades_of_a_session_form_the_bars_that_the_market_has()
    {
        Interval[] intervals = [Interval.OneMinute, Interval.FifteenMinutes, Interval.OneDay];
        var time = new ManualTimeProvider(Session.Close);
        var formation = new BarFormation(Calendar, intervals, TimeSpan.FromDays(1));
        formation.Connecting(Session.Close, replaysSession: true);
        var symbols = Market.Companies.Select(company => company.Symbol).ToList();

        var trades = new List<LiveTrade>();
        for (var quarter = 0; quarter < SessionTape.MaxQuarters; quarter++)
        {
            foreach (var symbol in symbols)
                Market.AddTrades(symbol, Session, quarter, trades);
        }

        foreach (var trade in trades)
            formation.Add(trade, time.GetUtcNow()).Should().Be(TradeVerdict.Taken);

        var formed = formation.TakeChanged(time.GetUtcNow(), time.GetUtcNow());
        foreach (var (symbol, interval) in symbols.SelectMany(symbol => intervals, (symbol, interval) => (symbol, interval)))
        {
            var bars = new List<Bar>();
            Market.AddBars(symbol, interval, Session.DayStart, Session.Close, Session.Close, bars);
            formed.Where(bar => bar.Symbol == symbol && bar.Interval == interval).OrderBy(bar => bar.Start)
                .Select(bar => new Bar(bar.Start, bar.Open, bar.High, bar.Low, bar.Close, bar.Volume)).Should().Equal(bars);
        }
    }

    [Fact]
    public async Task The_stream_begins_with_what_was_traded_and_goes_on_with_the_clock()
    {
        var time = new ManualTimeProvider(Session.Open.AddMinutes(20));
        var symbol = Market.Companies[0].Symbol;
        using var ending = new CancellationTokenSource();
        var stream = new SimulatedTrades(Market, new SimulatedClock(time, Calendar, playsWhenClosed: false), Calendar)
            .StreamAsync([symbol, "NOPE"], ending.Token).GetAsyncEnumerator();
        var past = new List<LiveTrade>();
        ValueTask<bool> next;
        while ((next = stream.MoveNextAsync()).IsCompleted)
        {
            (await next).Should().BeTrue();
            past.Add(stream.Current);
        }

        past.Should().HaveCount(20 * 6).And.OnlyContain(trade => trade.At <= time.GetUtcNow() && trade.Symbol == symbol).And.BeInAscendingOrder(trade => trade.At);
        await Eventually.BeTrueAsync(() => time.PendingTimers > 0);
        time.Advance(TimeSpan.FromSeconds(10));
        (await next).Should().BeTrue();
        stream.Current.At.Should().BeAfter(Session.Open.AddMinutes(20)).And.BeOnOrBefore(time.GetUtcNow());
        await ending.CancelAsync();
    }

    [Theory]
    [InlineData("2026-11-21T07:00:00Z", false, "2026-11-21T07:00:00Z")]
    [InlineData("2026-11-21T07:00:00Z", true, "2026-11-23T14:30:00Z")]
    [InlineData("2026-11-20T14:00:00Z", true, "2026-11-20T14:30:00Z")]
    [InlineData("2026-11-20T15:00:00Z", true, "2026-11-20T15:00:00Z")]
    [InlineData("2026-11-20T21:00:00Z", true, "2026-11-23T14:30:00Z")]
    public void The_clock_plays_the_next_session_while_there_is_none_if_it_is_told_to(string now, bool plays, string expected)
    {
        var time = new ManualTimeProvider(Instant(now));
        var clock = new SimulatedClock(time, Calendar, plays);

        clock.GetUtcNow().Should().Be(Instant(expected));
        time.Advance(TimeSpan.FromMinutes(10));
        clock.GetUtcNow().Should().Be(Instant(expected).AddMinutes(10));
    }

    [Fact]
    public void The_clock_is_right_again_when_a_session_is_under_way_after_the_one_that_was_played()
    {
        var time = new ManualTimeProvider(Instant("2026-11-23T09:00:00Z"));
        var clock = new SimulatedClock(time, Calendar, playsWhenClosed: true);
        clock.GetUtcNow().Should().Be(Instant("2026-11-23T14:30:00Z"));

        time.Advance(TimeSpan.FromHours(7));

        clock.GetUtcNow().Should().Be(time.GetUtcNow());
    }

    private static DateTimeOffset Instant(string text) => DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
