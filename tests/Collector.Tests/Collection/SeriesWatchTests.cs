using StocksDapr.Collector.Collection;
using StocksDapr.Collector.Providers;
using StocksDapr.Market;

namespace StocksDapr.Collector.Tests.Collection;

public class SeriesWatchTests
{
    private static readonly ExchangeCalendar Calendar = ExchangeCalendar.UsEquities;

    // Monday 16 to Friday 20 November 2026: five sessions of 26 quarters of an hour.
    private static readonly DateTimeOffset First = DateTimeOffset.Parse("2026-11-16T14:30:00Z");
    private static readonly DateTimeOffset Now = DateTimeOffset.Parse("2026-11-20T22:00:00Z");
    private static readonly DateTimeOffset Last = DateTimeOffset.Parse("2026-11-20T20:45:00Z");

    private readonly SeriesWatch _watch = new(Calendar, Interval.FifteenMinutes, new CollectionOptions());

    [Fact]
    public void Nothing_stored_means_everything_is_missing()
    {
        var missing = _watch.Missing(null, First, Now)!;

        missing.Should().HaveCount(130).And.BeInAscendingOrder();
        missing[0].Should().Be(First);
        missing[^1].Should().Be(Last);
    }

    [Fact]
    public void Everything_stored_means_nothing_is_missing() => _watch.Missing(new(First, Last, 130), First, Now).Should().BeEmpty();

    [Fact]
    public void A_bar_under_way_is_not_missing()
    {
        var stored = new StoredSeries(First, DateTimeOffset.Parse("2026-11-20T14:30:00Z"), 105);

        _watch.Missing(stored, First, DateTimeOffset.Parse("2026-11-20T14:59:59Z")).Should().BeEmpty();
        _watch.Missing(stored, First, DateTimeOffset.Parse("2026-11-20T15:00:00Z"))
            .Should().Equal(DateTimeOffset.Parse("2026-11-20T14:45:00Z"));
    }

    [Fact]
    public void What_is_newer_than_the_last_stored_bar_is_missing_without_a_closer_look() =>
        _watch.Missing(new(First, First.AddMinutes(15), 2), First, Now).Should().HaveCount(128);

    [Theory]
    [InlineData("2026-11-16T14:30:00Z", "2026-11-20T20:45:00Z", 129)] // a hole
    [InlineData("2026-11-17T14:30:00Z", "2026-11-20T20:45:00Z", 104)] // the first day
    [InlineData("2026-11-16T14:30:00Z", "2026-11-20T20:45:00Z", 131)] // one too many
    public void A_count_that_does_not_add_up_calls_for_a_closer_look(string first, string last, int bars) =>
        _watch.Missing(new(DateTimeOffset.Parse(first), DateTimeOffset.Parse(last), bars), First, Now).Should().BeNull();

    [Fact]
    public void Closer_look_finds_the_hole_and_is_not_repeated_while_nothing_changes()
    {
        var starts = Starts();
        var hole = starts[40];
        var stored = new StoredSeries(First, Last, 129);

        _watch.Examine(stored, [.. starts.Where(start => start != hole)], First, Now).Should().Equal(hole);

        _watch.Missing(stored, First, Now).Should().Equal(hole);
        _watch.Missing(new(First, Last, 130), First, Now).Should().BeEmpty();
    }

    [Fact]
    public void Bars_outside_of_sessions_do_not_hide_missing_ones()
    {
        var starts = Starts();
        var (hole, strange) = (starts[40], First.AddDays(-1).AddMinutes(7));
        var stored = new StoredSeries(strange, Last, 131);

        _watch.Examine(stored, [strange, strange.AddMinutes(1), .. starts.Where(start => start != hole)], First, Now).Should().Equal(hole);

        _watch.Missing(stored with { Bars = 132 }, First, Now).Should().BeEmpty();
        _watch.Missing(stored with { Bars = 133 }, First, Now).Should().BeNull("one more bar than is explained");
    }

    [Fact]
    public void What_is_on_its_way_is_not_due_until_it_should_have_arrived()
    {
        var missing = _watch.Missing(null, First, Now)!;
        _watch.Due(missing, Now).Should().Equal(missing);

        _watch.Answered(missing, missing.ToHashSet(), Now);

        _watch.Due(missing, Now.AddSeconds(59)).Should().BeEmpty();
        _watch.Due(missing, Now.AddSeconds(60)).Should().Equal(missing);
        _watch.Answered(missing, missing.ToHashSet(), Now.AddSeconds(60));
        _watch.Due(missing, Now.AddSeconds(179)).Should().BeEmpty("the wait doubles");
        _watch.Due(missing, Now.AddSeconds(180)).Should().Equal(missing);
    }

    [Fact]
    public void A_new_bar_is_due_while_older_ones_are_on_their_way()
    {
        var before = Now.AddMinutes(-90);
        var missing = _watch.Missing(null, First, before)!;
        _watch.Answered(missing, missing.ToHashSet(), before);

        var later = _watch.Missing(null, First, before.AddSeconds(30).AddMinutes(15))!;

        _watch.Due(later, before.AddSeconds(30)).Should().Equal(later[^1]);
    }

    [Fact]
    public void A_bar_that_the_provider_does_not_have_is_left_alone_ever_longer()
    {
        var starts = Starts();
        var halted = starts[^1];
        var stored = new StoredSeries(First, starts[^2], 129);
        _watch.Missing(stored, First, Now).Should().Equal(halted);

        _watch.Answered([halted], new HashSet<DateTimeOffset>(), Now);

        _watch.Missing(stored, First, Now.AddSeconds(59)).Should().BeEmpty();
        _watch.Missing(stored, First, Now.AddSeconds(60)).Should().Equal(halted);
        _watch.Answered([halted], new HashSet<DateTimeOffset>(), Now.AddSeconds(60));
        _watch.Missing(stored, First, Now.AddSeconds(179)).Should().BeEmpty();
        _watch.Missing(stored, First, Now.AddSeconds(180)).Should().Equal(halted);
    }

    [Fact]
    public void An_old_bar_that_the_provider_does_not_have_is_left_alone_for_an_hour()
    {
        var starts = Starts();
        var halted = starts[3];
        var there = starts.Where(start => start != halted).ToList();
        var stored = new StoredSeries(First, Last, 129);
        _watch.Examine(stored, there, First, Now);

        _watch.Answered([halted], new HashSet<DateTimeOffset>(), Now);

        _watch.Missing(stored, First, Now.AddMinutes(59)).Should().BeEmpty();
        _watch.Missing(stored, First, Now.AddMinutes(60)).Should().Equal(halted);
    }

    [Fact]
    public void An_absent_bar_that_appears_after_all_is_counted_like_any_other()
    {
        var starts = Starts();
        var late = starts[^1];
        var stored = new StoredSeries(First, starts[^2], 129);
        _watch.Answered([late], new HashSet<DateTimeOffset>(), Now);
        var again = Now.AddMinutes(2);

        _watch.Answered([late], new HashSet<DateTimeOffset> { late }, again);

        _watch.Missing(stored, First, again).Should().Equal(late);
        _watch.Due([late], again.AddSeconds(30)).Should().BeEmpty();
        _watch.Missing(new(First, Last, 130), First, again).Should().BeEmpty();
    }

    [Fact]
    public void A_failing_series_is_left_alone_ever_longer_and_for_as_long_as_the_provider_asks()
    {
        var missing = _watch.Missing(null, First, Now)!;

        _watch.Failed(new(ProviderErrorKind.Unavailable, "down"), Now);
        _watch.Due(missing, Now.AddSeconds(14)).Should().BeEmpty();
        _watch.Due(missing, Now.AddSeconds(15)).Should().NotBeEmpty();
        _watch.Failed(new(ProviderErrorKind.Unavailable, "down"), Now.AddSeconds(15));
        _watch.Due(missing, Now.AddSeconds(44)).Should().BeEmpty();
        _watch.Due(missing, Now.AddSeconds(45)).Should().NotBeEmpty();
        _watch.Failed(new(ProviderErrorKind.RateLimited, "slow down", TimeSpan.FromMinutes(5)), Now);
        _watch.Due(missing, Now.AddSeconds(299)).Should().BeEmpty();
        _watch.Due(missing, Now.AddSeconds(300)).Should().NotBeEmpty();
        _watch.Failed(new(ProviderErrorKind.UnknownSymbol, "who?"), Now);
        _watch.Due(missing, Now.AddMinutes(59)).Should().BeEmpty();
    }

    [Fact]
    public void Attempts_of_one_run_that_fail_are_one_failure()
    {
        var missing = _watch.Missing(null, First, Now)!;

        for (var attempt = 0; attempt < 10; attempt++)
            _watch.Failed(new(ProviderErrorKind.Unavailable, "down"), Now.AddSeconds(attempt));

        _watch.Due(missing, Now.AddSeconds(23)).Should().BeEmpty();
        _watch.Due(missing, Now.AddSeconds(24)).Should().NotBeEmpty("the last one was nine seconds after the first");
    }

    [Fact]
    public void Daily_bars_are_missing_only_after_the_close()
    {
        var watch = new SeriesWatch(Calendar, Interval.OneDay, new CollectionOptions());
        var first = DateTimeOffset.Parse("2026-11-16T00:00:00Z");
        var stored = new StoredSeries(first, DateTimeOffset.Parse("2026-11-19T00:00:00Z"), 4);

        watch.Missing(stored, first, DateTimeOffset.Parse("2026-11-20T20:59:59Z")).Should().BeEmpty();
        watch.Missing(stored, first, DateTimeOffset.Parse("2026-11-20T21:00:00Z")).Should().Equal(DateTimeOffset.Parse("2026-11-20T00:00:00Z"));
    }

    private List<DateTimeOffset> Starts() => [.. _watch.Missing(null, First, Now)!];
}
