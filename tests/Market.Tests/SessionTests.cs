namespace StocksDapr.Market.Tests;

public class SessionTests
{
    private static readonly Session Regular = ExchangeCalendar.UsEquities.SessionOn(new(2026, 11, 20));
    private static readonly Session Early = ExchangeCalendar.UsEquities.SessionOn(new(2026, 11, 27));

    [Theory]
    [InlineData("1min", 390, 210)]
    [InlineData("5min", 78, 42)]
    [InlineData("15min", 26, 14)]
    [InlineData("30min", 13, 7)]
    [InlineData("1h", 7, 4)]
    [InlineData("1d", 1, 1)]
    public void A_session_has_as_many_bars_as_its_hours_hold(string code, int regular, int early)
    {
        var interval = Parse(code);

        Regular.BarCount(interval).Should().Be(regular);
        Early.BarCount(interval).Should().Be(early);
    }

    [Fact]
    public void The_last_bar_is_short_when_the_session_ends_within_it()
    {
        Regular.BarStart(Interval.OneHour, 6).Should().Be(DateTimeOffset.Parse("2026-11-20T20:30:00Z"));
        Regular.BarEnd(Interval.OneHour, 6).Should().Be(DateTimeOffset.Parse("2026-11-20T21:00:00Z"));
        Early.BarEnd(Interval.OneHour, 3).Should().Be(DateTimeOffset.Parse("2026-11-27T18:00:00Z"));
    }

    [Fact]
    public void A_daily_bar_is_named_by_the_date_and_ends_with_the_session()
    {
        Early.BarStart(Interval.OneDay, 0).Should().Be(DateTimeOffset.Parse("2026-11-27T00:00:00Z"));
        Early.BarEnd(Interval.OneDay, 0).Should().Be(Early.Close);
    }

    [Fact]
    public void Index_is_the_inverse_of_start_and_refuses_what_is_no_start()
    {
        foreach (var interval in Interval.All.Where(interval => interval.Length <= TimeSpan.FromDays(1)))
        {
            for (var index = 0; index < Early.BarCount(interval); index++)
                Early.BarIndex(interval, Early.BarStart(interval, index)).Should().Be(index);
        }

        Regular.BarIndex(Interval.FifteenMinutes, Regular.Open.AddMinutes(1)).Should().Be(-1);
        Regular.BarIndex(Interval.FifteenMinutes, Regular.Close).Should().Be(-1);
        Regular.BarIndex(Interval.OneDay, Regular.Open).Should().Be(-1);
    }

    [Theory]
    [InlineData("2026-11-20T14:30:00Z", 0)]
    [InlineData("2026-11-20T14:44:59Z", 0)]
    [InlineData("2026-11-20T14:45:00Z", 1)]
    [InlineData("2026-11-20T20:59:59Z", 25)]
    [InlineData("2026-11-20T21:00:00Z", 26)]
    [InlineData("2027-01-01T00:00:00Z", 26)]
    public void A_bar_is_complete_when_its_time_is_over(string at, int bars) =>
        Regular.CompletedBars(Interval.FifteenMinutes, DateTimeOffset.Parse(at)).Should().Be(bars);

    [Fact]
    public void Short_last_bar_is_complete_at_the_close()
    {
        Regular.CompletedBars(Interval.OneHour, Regular.Close.AddTicks(-1)).Should().Be(6);
        Regular.CompletedBars(Interval.OneHour, Regular.Close).Should().Be(7);
        Regular.CompletedBars(Interval.OneDay, Regular.Close.AddTicks(-1)).Should().Be(0);
        Regular.CompletedBars(Interval.OneDay, Regular.Close).Should().Be(1);
    }

    [Fact]
    public void A_bar_longer_than_a_session_is_refused() =>
        FluentActions.Invoking(() => Regular.BarCount(Interval.OneWeek)).Should().Throw<ArgumentOutOfRangeException>();

    private static Interval Parse(string code) => Interval.TryParse(code, out var interval) ? interval : throw new ArgumentException(code);
}
