using StocksDapr.Collector.Live;
using StocksDapr.Collector.Providers;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;

namespace StocksDapr.Collector.Tests.Live;

public sealed class BarFormationTests
{
    private static readonly TimeSpan Lateness = TimeSpan.FromSeconds(10);
    private static readonly IReadOnlyList<Interval> Intervals = [Interval.OneMinute, Interval.FiveMinutes, Interval.FifteenMinutes, Interval.OneDay];
    private static readonly Session Session = ExchangeCalendar.UsEquities.SessionOn(new DateOnly(2026, 11, 20));
    private static readonly Session Half = ExchangeCalendar.UsEquities.SessionOn(new DateOnly(2026, 11, 27));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Bars_of_trades_in_disorder_are_those_that_a_plain_grouping_makes(int seed)
    {
        var random = new Random(seed);
        var session = seed == 3 ? Half : Session;
        var formation = Complete(session);
        var arrivals = Enumerable.Range(0, 4_000)
            .Select(_ => new LiveTrade(
                random.Next(2) == 0 ? "A" : "B", session.Open.AddMilliseconds(random.Next(-600_000, (int)session.Length.TotalMilliseconds + 600_000)), random.Next(1, 500) / 4.0, random.Next(0, 900)))
            .Select(trade => (Trade: trade, At: trade.At.AddMilliseconds(random.Next(9_000))))
            .OrderBy(arrival => arrival.At)
            .ToList();
        var trades = arrivals.ConvertAll(arrival => arrival.Trade);
        var said = new Dictionary<(string, Interval, DateTimeOffset), LiveBar>();

        // Up to nine seconds late; what is said in between must not matter.
        foreach (var (trade, at) in arrivals)
        {
            formation.Add(trade, at);
            if (random.Next(20) == 0)
                Say(at);
        }

        Say(session.Close.AddMinutes(30));
        var oracle = trades.Where(trade => session.Contains(trade.At)).SelectMany(trade => Intervals.Select(interval => (trade, interval)))
            .GroupBy(item => (item.trade.Symbol, item.interval, item.interval.IsIntraday ? session.Open.AddTicks((item.trade.At - session.Open).Ticks / item.interval.Length.Ticks * item.interval.Length.Ticks) : session.DayStart))
            .ToDictionary(group => group.Key, group =>
            {
                var ordered = group.Select(item => item.trade).ToList();
                return (
                    ordered.MinBy(trade => trade.At).Price, ordered.Max(trade => trade.Price), ordered.Min(trade => trade.Price),
                    ordered.Last(trade => trade.At == ordered.Max(other => other.At)).Price, ordered.Sum(trade => trade.Volume));
            });
        said.ToDictionary(bar => bar.Key, bar => (bar.Value.Open, bar.Value.High, bar.Value.Low, bar.Value.Close, bar.Value.Volume)).Should().BeEquivalentTo(oracle);
        said.Values.Should().OnlyContain(bar => bar.HasEnded && !bar.IsPartial);

        void Say(DateTimeOffset now)
        {
            foreach (var bar in formation.TakeChanged(now, now))
                said[(bar.Symbol, bar.Interval, bar.Start)] = bar;
        }
    }

    [Fact]
    public void A_trade_that_comes_after_the_bar_is_over_counts_for_a_while_and_for_the_longer_bars_always()
    {
        var formation = Complete(Session);
        var second = Session.Open.AddSeconds(59);

        formation.Add(Trade(second), second).Should().Be(TradeVerdict.Taken);
        formation.TakeChanged(Session.Open.AddSeconds(61), second).Single(bar => bar.Interval == Interval.OneMinute).HasEnded.Should().BeTrue();
        formation.Add(Trade(second), Session.Open.AddSeconds(69));
        formation.TakeChanged(Session.Open.AddSeconds(69), second).Single(bar => bar.Interval == Interval.OneMinute).Volume.Should().Be(20);
        formation.Add(Trade(second), Session.Open.AddSeconds(70)).Should().Be(TradeVerdict.Taken);
        var last = formation.TakeChanged(Session.Open.AddSeconds(71), second);
        last.Select(bar => (bar.Interval, bar.Volume)).Should().Equal((Interval.FiveMinutes, 30), (Interval.FifteenMinutes, 30), (Interval.OneDay, 30));
        formation.Add(Trade(second), Session.Close + Lateness).Should().Be(TradeVerdict.Late);
    }

    [Theory]
    [InlineData("2026-11-20T14:29:59.999Z")]
    [InlineData("2026-11-20T21:00:00Z")]
    [InlineData("2026-11-21T15:00:00Z")]
    [InlineData("2026-11-26T15:00:00Z")]
    [InlineData("2026-11-27T18:00:00Z")]
    public void Trades_before_the_opening_and_from_the_close_on_belong_to_no_bar(string at)
    {
        var instant = DateTimeOffset.Parse(at, System.Globalization.CultureInfo.InvariantCulture);
        var formation = Complete(Session);

        formation.Add(Trade(instant), instant).Should().Be(TradeVerdict.OutsideSession);
        formation.TakeChanged(instant, instant).Should().BeEmpty();
    }

    [Theory]
    [InlineData(double.NaN, 0)]
    [InlineData(0, 0)]
    [InlineData(-1, 0)]
    [InlineData(double.PositiveInfinity, 0)]
    [InlineData(10, 60)]
    public void What_is_no_price_or_of_the_future_is_left_out(double price, int ahead)
    {
        var formation = Complete(Session);
        var now = Session.Open.AddMinutes(5);

        formation.Add(new LiveTrade("A", now.AddSeconds(ahead), price, 10), now).Should().Be(TradeVerdict.Invalid);
    }

    [Fact]
    public void A_bar_with_a_gap_in_its_trades_says_so_and_the_next_one_does_not()
    {
        var formation = Complete(Session);
        var (before, after, next) = (Session.Open.AddSeconds(10), Session.Open.AddSeconds(40), Session.Open.AddSeconds(70));
        formation.Add(Trade(before), before);
        formation.TakeChanged(before, before).Should().OnlyContain(bar => !bar.IsPartial);

        formation.Disconnected();
        formation.TakeChanged(before, before).Should().HaveCount(4).And.OnlyContain(bar => bar.IsPartial);
        formation.Connecting(after, replaysSession: false);
        formation.Add(Trade(after) with { Symbol = "B" }, after);
        formation.Add(Trade(next) with { Symbol = "B" }, next);

        formation.TakeChanged(next, next).Where(bar => bar.Symbol == "B").Select(bar => (bar.Interval, bar.Start == Session.Open.AddMinutes(1), bar.IsPartial)).Should().BeEquivalentTo(
            [(Interval.OneMinute, false, true), (Interval.OneMinute, true, false), (Interval.FiveMinutes, false, true), (Interval.FifteenMinutes, false, true), (Interval.OneDay, false, true)]);
    }

    [Fact]
    public void What_a_vendor_says_again_after_a_reconnection_is_taken_once_and_equal_trades_are_not_the_same()
    {
        var formation = Complete(Session);
        var at = Session.Open.AddSeconds(10);
        formation.Add(Trade(at), at).Should().Be(TradeVerdict.Taken);
        formation.Add(Trade(at), at).Should().Be(TradeVerdict.Taken);

        formation.Connecting(at.AddSeconds(1), replaysSession: false);

        var now = at.AddSeconds(2);
        formation.Add(Trade(at), now).Should().Be(TradeVerdict.Repeated);
        formation.Add(Trade(at), now).Should().Be(TradeVerdict.Repeated);
        formation.Add(Trade(at), now).Should().Be(TradeVerdict.Taken);
    }

    [Fact]
    public void A_stream_that_replays_the_session_counts_nothing_twice()
    {
        var formation = Complete(Session);
        var at = Session.Open.AddSeconds(10);
        formation.Add(Trade(at), at);

        formation.Connecting(at.AddSeconds(5), replaysSession: true);
        formation.Add(Trade(at), at.AddSeconds(6));

        formation.TakeChanged(at.AddSeconds(6), at).Should().HaveCount(4).And.OnlyContain(bar => bar.Volume == 10 && !bar.IsPartial);
    }

    [Fact]
    public void What_another_replica_was_forming_goes_on()
    {
        var formation = new BarFormation(ExchangeCalendar.UsEquities, Intervals, Lateness);
        formation.Adopt(new LiveBar("A", Interval.OneDay, Session.DayStart, 8, 12, 7, 9, 100, Session.Open, false, false));
        var now = Session.Open.AddMinutes(30);
        formation.Connecting(now, replaysSession: false);

        formation.Add(Trade(now), now);

        formation.TakeChanged(now, now).Single(bar => bar.Interval == Interval.OneDay)
            .Should().Be(new LiveBar("A", Interval.OneDay, Session.DayStart, 8, 12, 7, 10, 110, now, IsPartial: true, HasEnded: false));
    }

    [Fact]
    public void What_was_not_said_is_said_again_as_it_stands_then()
    {
        var formation = Complete(Session);
        var at = Session.Open.AddSeconds(10);
        formation.Add(Trade(at), at);
        var lost = formation.TakeChanged(at, at);

        formation.PutBack(lost);

        formation.TakeChanged(at, at.AddSeconds(1)).Should().BeEquivalentTo(lost.Select(bar => bar with { UpdatedAt = at.AddSeconds(1) }));
        formation.TakeChanged(at, at).Should().BeEmpty();
    }

    private static BarFormation Complete(Session session)
    {
        var formation = new BarFormation(ExchangeCalendar.UsEquities, Intervals, Lateness);
        formation.Connecting(session.Open.AddHours(-1), replaysSession: false);
        return formation;
    }

    private static LiveTrade Trade(DateTimeOffset at) => new("A", at, 10, 10);
}
