using Dapr;
using StocksDapr.Collector.Providers;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;
using StocksDapr.Support;

namespace StocksDapr.Collector.Tests.Live;

public sealed class LiveFeedTests
{
    private static readonly Session Session = ExchangeCalendar.UsEquities.SessionOn(new DateOnly(2026, 11, 20));
    private static readonly ProviderError Away = new(ProviderErrorKind.Unavailable, "The connection was lost.");
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(10);

    [Fact]
    public async Task After_a_connection_that_drops_another_one_is_made_and_the_bars_with_the_gap_say_so()
    {
        using var scene = new LiveScene(Session.Open.AddSeconds(-50));
        var feed = scene.Run();
        await scene.ConnectedAsync();
        scene.Stream.Latest.Symbols.Should().Equal("A", "B");
        await scene.UntilAsync(() => scene.Time.GetUtcNow() >= Session.Open.AddSeconds(1), Long);
        scene.Stream.Latest.Send(scene.Trade(price: 10), scene.Trade("B", 20));
        await scene.UntilAsync(() => scene.Published.Latest.Count == 8, Soon);
        scene.Published.Latest.Should().OnlyContain(bar => !bar.IsPartial && !bar.HasEnded);
        feed.State.State.Should().Be("streaming");

        scene.Stream.Latest.Break(Away);
        await scene.UntilAsync(() => feed.State.State == "lost", Soon);
        feed.State.LastError!.Detail.Should().Be(Away.Detail);
        feed.State.RetryAt.Should().BeAfter(scene.Time.GetUtcNow());
        await scene.ConnectedAsync(2);
        scene.Stream.Latest.Send(scene.Trade(price: 11));

        await scene.UntilAsync(() => scene.Published.Of("A", Interval.OneMinute, Session.Open)!.High == 11, Soon);
        scene.Published.Of("A", Interval.OneMinute, Session.Open).Should().BeEquivalentTo(new { Open = 10d, Close = 11d, Volume = 20L, IsPartial = true });
        scene.Published.Latest.Should().OnlyContain(bar => bar.IsPartial, "of each something was missed");
        await scene.UntilAsync(() => scene.Time.GetUtcNow() >= Session.Open.AddMinutes(1), Long);
        scene.Stream.Latest.Send(scene.Trade(price: 12));
        await scene.UntilAsync(() => scene.Published.Of("A", Interval.OneMinute, Session.Open.AddMinutes(1)) is not null, Soon);
        scene.Published.Of("A", Interval.OneMinute, Session.Open.AddMinutes(1))!.IsPartial.Should().BeFalse("its trades came without a gap");
        scene.Published.Of("A", Interval.OneMinute, Session.Open)!.HasEnded.Should().BeTrue();
    }

    [Fact]
    public async Task The_pauses_between_attempts_grow_up_to_a_minute_and_a_vendor_that_says_when_is_obeyed()
    {
        using var scene = new LiveScene(Session.Open.AddSeconds(10));
        scene.Stream.Refusal = Away;
        scene.Run();
        var attempts = new List<DateTimeOffset>();
        while (attempts.Count < 9)
        {
            await scene.UntilAsync(() => scene.Stream.Connections.Count > attempts.Count, TimeSpan.FromMinutes(2));
            attempts.Add(scene.Time.GetUtcNow());
        }

        var pauses = attempts.Zip(attempts.Skip(1), (one, other) => other - one).ToList();
        for (var i = 0; i < pauses.Count; i++)
            pauses[i].Should().BeGreaterThanOrEqualTo(TimeSpan.FromSeconds((0.75 * Math.Min(60, 1 << i)) - 1), "the clock goes in steps of a second");
        pauses[^1].Should().BeLessThan(TimeSpan.FromSeconds(100));

        scene.Stream.Refusal = Away with { RetryAfter = TimeSpan.FromMinutes(3) };
        await scene.UntilAsync(() => scene.Stream.Connections.Count > attempts.Count, TimeSpan.FromMinutes(2));
        var told = scene.Time.GetUtcNow();
        var before = scene.Stream.Connections.Count;
        await scene.UntilAsync(() => scene.Stream.Connections.Count > before, Long);
        (scene.Time.GetUtcNow() - told).Should().BeGreaterThan(TimeSpan.FromMinutes(2.9));
    }

    [Fact]
    public async Task Without_a_key_nobody_tries_and_with_one_that_comes_it_begins_and_with_one_that_goes_it_ends()
    {
        using var scene = new LiveScene(Session.Open.AddSeconds(10));
        scene.Stream.HasKey = false;
        var feed = scene.Run();

        await scene.UntilAsync(() => scene.Stream.Looks > 20, TimeSpan.FromHours(1), TimeSpan.FromSeconds(10));
        scene.Stream.Connections.Should().BeEmpty();
        feed.State.Should().BeEquivalentTo(new { State = "notConfigured", Symbols = 0, LastError = (object?)null });

        scene.Stream.HasKey = true;
        await scene.ConnectedAsync();
        scene.Stream.Latest.Send(scene.Trade());
        await scene.UntilAsync(() => feed.State.State == "streaming", Soon);

        scene.Stream.HasKey = false;
        await scene.UntilAsync(() => scene.Stream.Open == 0 && feed.State.State == "notConfigured", Long);
        scene.Stream.Connections.Should().ContainSingle();
    }

    [Fact]
    public async Task Symbols_that_are_tracked_and_untracked_are_streamed_and_not_streamed_and_nothing_else_moves_the_connection()
    {
        using var scene = new LiveScene(Session.Open.AddSeconds(10));
        scene.Run();
        await scene.ConnectedAsync();

        await LookedAfterAsync(scene, () => scene.Tracked.Symbols = ["B", "A"]);
        await LookedAfterAsync(scene, () => scene.Tracked.Symbols = null);
        scene.Stream.Connections.Should().ContainSingle("another order is no other wish, and who cannot be asked wishes nothing");

        scene.Tracked.Symbols = ["A", "B", "C"];
        await scene.ConnectedAsync(2);
        scene.Stream.Latest.Symbols.Should().Equal("A", "B", "C");
        scene.Tracked.Symbols = ["C"];
        await scene.ConnectedAsync(3);
        scene.Stream.Latest.Symbols.Should().Equal("C");

        scene.Tracked.Symbols = [];
        await scene.UntilAsync(() => scene.Stream.Open == 0, Long);
        await LookedAfterAsync(scene, () => { });
        scene.Stream.Connections.Should().HaveCount(3);
        scene.Stream.MostOpen.Should().Be(1);
    }

    [Theory]
    [InlineData("2026-10-30", 13.5, 20)]
    [InlineData("2026-11-02", 14.5, 21)]
    [InlineData("2026-11-27", 14.5, 18)]
    public async Task A_connection_is_there_for_the_session_by_the_exchanges_clock(string date, double opens, double closes)
    {
        var day = new DateTimeOffset(DateOnly.Parse(date, System.Globalization.CultureInfo.InvariantCulture).ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);
        var (open, close) = (day.AddHours(opens), day.AddHours(closes));
        using var scene = new LiveScene(open.AddMinutes(-5));
        scene.Options.Every = TimeSpan.FromSeconds(5);
        var feed = scene.Run();
        await scene.ConnectedAsync();
        scene.Time.GetUtcNow().Should().BeOnOrAfter(open.AddMinutes(-1)).And.BeOnOrBefore(open.AddMinutes(1), "the opening must not be missed");

        scene.Time.SetUtcNow(close.AddSeconds(-2));
        scene.Stream.Latest.Send(scene.Trade(price: 12));
        await scene.UntilAsync(() => scene.Published.Latest.Count == 4, Soon);
        await scene.UntilAsync(() => scene.Stream.Open == 0, Long);

        scene.Time.GetUtcNow().Should().BeOnOrAfter(close + scene.Options.Lateness, "late trades of the last bar still count").And.BeBefore(close.AddMinutes(5));
        await scene.UntilAsync(() => feed.State.State == "closed", Soon);
        scene.Published.Latest.Should().OnlyContain(bar => bar.HasEnded);
        scene.Published.Of("A", Interval.OneMinute, close.AddMinutes(-1))!.IsPartial.Should().BeFalse("what ended with the session has no gap");
        await scene.UntilAsync(() => scene.Time.GetUtcNow() > close.AddHours(2), TimeSpan.FromHours(3), TimeSpan.FromMinutes(1));
        scene.Stream.Connections.Should().ContainSingle("there is nothing until the next session");
    }

    [Fact]
    public async Task Garbage_is_left_out_and_the_good_trades_between_count()
    {
        using var scene = new LiveScene(Session.Open.AddSeconds(20));
        scene.Run();
        await scene.ConnectedAsync();
        var good = scene.Trade();

        scene.Stream.Latest.Send(
            good with { Price = double.NaN }, good with { Price = -1 }, good with { Price = 0 }, good with { Price = double.PositiveInfinity }, good with { Volume = -5 },
            good with { At = DateTimeOffset.MinValue }, good with { At = DateTimeOffset.MaxValue }, good with { At = good.At.AddMinutes(1) }, good with { At = good.At.AddDays(-1) },
            good with { Price = 11 }, good with { At = Session.Open.AddSeconds(1), Price = 9 });

        await scene.UntilAsync(() => scene.Published.Latest.Count == 4, Soon);
        scene.Published.Of("A", Interval.OneMinute, Session.Open).Should().BeEquivalentTo(new { Open = 9d, High = 11d, Low = 9d, Close = 11d, Volume = 20L });
    }

    [Fact]
    public async Task A_slow_broker_holds_up_no_trade_and_gets_the_latest_state_alone()
    {
        using var scene = new LiveScene(Session.Open.AddSeconds(10));
        scene.Run();
        await scene.ConnectedAsync();
        scene.Published.Holding = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        scene.Stream.Latest.Send(scene.Trade(price: 5));
        await scene.UntilAsync(() => scene.Published.Attempts > 0, Soon);

        for (var i = 1; i <= 50_000; i++)
            scene.Stream.Latest.Send(scene.Trade(i % 2 == 0 ? "A" : "B", i, volume: 1));
        await Eventually.BeTrueAsync(() => scene.Stream.Latest.Trades.Reader.Count == 0);
        await scene.UntilAsync(() => scene.Published.Attempts > 3, TimeSpan.FromMinutes(1));
        scene.Published.Messages.Should().BeEmpty();
        scene.Published.Holding.SetResult();

        await scene.UntilAsync(() => scene.Published.Of("A", Interval.OneDay, Session.DayStart)?.High == 50_000, Soon);
        scene.Published.Of("A", Interval.OneDay, Session.DayStart).Should().BeEquivalentTo(new { Open = 5d, Close = 50_000d, Volume = 25_010L });
        scene.Published.Messages.Sum(message => message.Bars.Count).Should().BeLessThan(30, "what nobody took is not queued");
    }

    [Fact]
    public async Task A_broker_that_is_away_costs_nothing_but_time_even_for_a_bar_that_ends_meanwhile()
    {
        using var scene = new LiveScene(Session.Open.AddSeconds(50));
        scene.Run();
        await scene.ConnectedAsync();
        scene.Published.Failure = new DaprException("The broker is away.");
        scene.Stream.Latest.Send(scene.Trade(price: 5));
        await scene.UntilAsync(() => scene.Time.GetUtcNow() > Session.Open.AddMinutes(3) && scene.Published.Attempts > 3, Long);

        scene.Published.Failure = null;

        await scene.UntilAsync(() => scene.Published.Latest.Count == 4, Soon);
        scene.Published.Of("A", Interval.OneMinute, Session.Open)!.HasEnded.Should().BeTrue();
        scene.Published.Of("A", Interval.FiveMinutes, Session.Open)!.HasEnded.Should().BeFalse();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_another_replica_left_behind_is_ended_though_no_trade_comes_as_soon_as_it_is_known(bool replays)
    {
        using var scene = new LiveScene(Session.Open.AddMinutes(2)) { Stream = new ScriptedTrades { ReplaysSession = replays } };
        var left = new LiveBar("A", Interval.OneMinute, Session.Open.AddMinutes(1), 8, 12, 7, 9, 100, scene.Time.GetUtcNow().AddSeconds(-20), false, false);
        var going = left with { Interval = Interval.FiveMinutes, Start = Session.Open };
        scene.Others.Bars = null;
        scene.Run();
        await scene.ConnectedAsync();
        await scene.UntilAsync(() => scene.Others.Asked > 2, Soon);

        scene.Others.Bars = [left, going];

        await scene.UntilAsync(() => scene.Published.Latest.Count == 1, Soon);
        scene.Published.Latest.Single().Should().BeEquivalentTo(left with { HasEnded = true, IsPartial = true }, with => with.Excluding(bar => bar.UpdatedAt));
        scene.Stream.Latest.Send(scene.Trade("A", 20, 5));
        await scene.UntilAsync(() => scene.Published.Of("A", Interval.FiveMinutes, Session.Open) is not null, Soon);
        scene.Published.Of("A", Interval.FiveMinutes, Session.Open).Should().BeEquivalentTo(going with { High = 20, Close = 20, Volume = 105, IsPartial = true }, with => with.Excluding(bar => bar.UpdatedAt));
        var asked = scene.Others.Asked;
        await scene.UntilAsync(() => scene.Time.GetUtcNow() > Session.Open.AddMinutes(6), Long);
        scene.Others.Asked.Should().Be(asked, "it is known");
    }

    [Fact]
    public async Task A_stream_that_replays_forms_its_bars_anew_after_a_reconnection_and_ends_those_that_ended_meanwhile()
    {
        using var scene = new LiveScene(Session.Open.AddSeconds(30)) { Stream = new ScriptedTrades { ReplaysSession = true } };
        scene.Run();
        await scene.ConnectedAsync();
        var first = scene.Trade(price: 10);
        scene.Stream.Latest.Send(first);
        await scene.UntilAsync(() => scene.Published.Latest.Count == 4, Soon);
        scene.Stream.Refusal = Away;
        scene.Stream.Latest.Break(Away);
        await scene.UntilAsync(() => scene.Time.GetUtcNow() > Session.Open.AddSeconds(80), Long);

        scene.Stream.Refusal = null;
        await scene.UntilAsync(() => scene.Stream.Open == 1, Long);
        scene.Stream.Latest.Send(first, scene.Trade(price: 11));

        await scene.UntilAsync(() => scene.Published.Of("A", Interval.OneDay, Session.DayStart)!.High == 11, Soon);
        scene.Published.Of("A", Interval.OneDay, Session.DayStart).Should().BeEquivalentTo(new { Volume = 20L, IsPartial = false, HasEnded = false }, "nothing was missed, and nothing counts twice");
        scene.Published.Of("A", Interval.OneMinute, Session.Open).Should().BeEquivalentTo(new { Volume = 10L, HasEnded = true });
    }

    [Fact]
    public async Task A_feed_that_is_cancelled_takes_leave_and_ends()
    {
        using var scene = new LiveScene(Session.Open.AddSeconds(10));
        using var ending = new CancellationTokenSource();
        var running = scene.Feed().RunAsync(ending.Token);
        await scene.ConnectedAsync();

        await ending.CancelAsync();

        await FluentActions.Awaiting(() => running.WaitAsync(TimeSpan.FromSeconds(20))).Should().ThrowAsync<OperationCanceledException>();
        scene.Stream.Open.Should().Be(0);
        scene.Time.PendingTimers.Should().Be(0, "nothing is left behind");
    }

    /// <summary>Changes something and waits until it has been looked at.</summary>
    private static async Task LookedAfterAsync(LiveScene scene, Action change)
    {
        change();
        var looks = scene.Tracked.Asked;
        await scene.UntilAsync(() => scene.Tracked.Asked > looks + 1, Long);
    }
}
