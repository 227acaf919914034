namespace StocksDapr.Market.Tests;

public class ExchangeCalendarTests
{
    private static readonly ExchangeCalendar Calendar = ExchangeCalendar.UsEquities;

    [Fact]
    public void Agrees_day_by_day_with_the_facts()
    {
        for (var day = new DateOnly(UsEquityDayFacts.FirstYear, 1, 1); day.Year <= UsEquityDayFacts.LastYear; day = day.AddDays(1))
        {
            var open = !Weekdays.IsWeekend(day) && !UsEquityDayFacts.Closed.Contains(day);
            Calendar.IsSession(day).Should().Be(open, "of {0}", day);
            if (open)
                CloseOf(day).Hour.Should().Be(UsEquityDayFacts.EarlyCloses.Contains(day) ? 13 : 16, "of {0}", day);
        }
    }

    [Fact]
    public void Every_weekday_without_session_has_a_reason()
    {
        for (var day = Calendar.FirstDay; day <= Calendar.LastDay; day = day.AddDays(1))
        {
            var closed = !Weekdays.IsWeekend(day) && !Calendar.IsSession(day);
            Calendar.TryGetClosure(day, out var reason).Should().Be(closed, "of {0}", day);
            (reason is { Length: > 0 }).Should().Be(closed);
        }
    }

    [Theory]
    [InlineData("2029-07-03", 13)] // Tuesday before a Wednesday holiday
    [InlineData("2029-12-24", 13)]
    [InlineData("2030-07-05", 16)] // Friday after a Thursday holiday
    [InlineData("2030-11-29", 13)]
    [InlineData("2021-12-31", 16)] // New Year's Day 2022 is a Saturday
    [InlineData("2026-07-02", 16)] // Independence Day 2026 is a Saturday, kept on 3 July
    public void Close_follows_the_rule_beyond_and_beside_the_known_exceptions(string date, int hour) =>
        CloseOf(DateOnly.Parse(date)).Should().Be(new TimeOnly(hour, 0));

    [Theory]
    [InlineData("2029-12-25")]
    [InlineData("2030-01-01")]
    [InlineData("2030-04-19")] // Good Friday
    [InlineData("2030-06-19")]
    [InlineData("2001-09-11")]
    [InlineData("2025-01-09")]
    public void Closed_days_are_no_sessions(string date) => Calendar.IsSession(DateOnly.Parse(date)).Should().BeFalse();

    [Fact]
    public void Hours_follow_daylight_saving()
    {
        Calendar.SessionOn(new(2026, 3, 6)).Open.Should().Be(DateTimeOffset.Parse("2026-03-06T14:30:00Z"));
        Calendar.SessionOn(new(2026, 3, 9)).Open.Should().Be(DateTimeOffset.Parse("2026-03-09T13:30:00Z"));
        Calendar.SessionOn(new(2006, 3, 13)).Open.Should().Be(DateTimeOffset.Parse("2006-03-13T14:30:00Z"));
        Calendar.SessionOn(new(2026, 11, 27)).Close.Should().Be(DateTimeOffset.Parse("2026-11-27T18:00:00Z"));
    }

    [Fact]
    public void Neighbours_and_ranges_agree_with_a_walk_over_the_days()
    {
        Session? previous = null;
        foreach (var session in Calendar.Sessions)
        {
            Calendar.PreviousSession(session.Date).Should().Be(previous);
            if (previous is { } before)
            {
                Calendar.NextSession(before.Date).Should().Be(session);
                Calendar.NextSession(session.Date.AddDays(-1)).Should().Be(session);
            }

            previous = session;
        }

        Calendar.NextSession(Calendar.LastDay).Should().BeNull();
        Calendar.NextSession(DateOnly.MinValue)!.Value.Date.Should().Be(new DateOnly(1998, 1, 2));
        Calendar.PreviousSession(DateOnly.MaxValue)!.Value.Date.Should().Be(new DateOnly(2030, 12, 31));
        Calendar.SessionsBetween(DateOnly.MinValue, DateOnly.MaxValue).Length.Should().Be(Calendar.Sessions.Length);
        Calendar.SessionsBetween(new(2025, 1, 1), new(2025, 12, 31)).Length.Should().Be(250);
        Calendar.SessionsBetween(new(2026, 11, 21), new(2026, 11, 22)).Length.Should().Be(0);
        Calendar.SessionsBetween(new(2026, 11, 22), new(2026, 11, 21)).Length.Should().Be(0);
        Calendar.SessionsBetween(new(2026, 11, 20), new(2026, 11, 23))[1].Date.Should().Be(new DateOnly(2026, 11, 23));
    }

    [Theory]
    [InlineData("2026-11-20T14:29:59Z", "2026-11-19", "2026-11-19", false)]
    [InlineData("2026-11-20T14:30:00Z", "2026-11-19", "2026-11-20", true)]
    [InlineData("2026-11-20T20:59:59Z", "2026-11-19", "2026-11-20", true)]
    [InlineData("2026-11-20T21:00:00Z", "2026-11-20", "2026-11-20", false)]
    [InlineData("2026-11-22T15:00:00Z", "2026-11-20", "2026-11-20", false)]
    [InlineData("2026-11-27T18:00:00Z", "2026-11-27", "2026-11-27", false)]
    public void Instants_find_their_sessions(string text, string completed, string opened, bool open)
    {
        var instant = DateTimeOffset.Parse(text);

        Calendar.LastCompletedSession(instant)!.Value.Date.Should().Be(DateOnly.Parse(completed));
        Calendar.LastOpenedSession(instant)!.Value.Date.Should().Be(DateOnly.Parse(opened));
        Calendar.TryGetSessionAt(instant, out var session).Should().Be(open);
        if (open)
            session.Date.Should().Be(DateOnly.Parse(opened));
    }

    [Fact]
    public void Days_outside_are_not_covered_and_hold_no_session()
    {
        Calendar.Covers(new(1997, 12, 31)).Should().BeFalse();
        Calendar.IsSession(new(1997, 12, 31)).Should().BeFalse();
        Calendar.Covers(new(2031, 1, 2)).Should().BeFalse();
        Calendar.IsSession(new(2031, 1, 2)).Should().BeFalse();
        Calendar.LastCompletedSession(DateTimeOffset.MinValue).Should().BeNull();
        FluentActions.Invoking(() => Calendar.SessionOn(new(2031, 1, 2)))
            .Should().Throw<ArgumentOutOfRangeException>().WithMessage("*does not cover*");
        FluentActions.Invoking(() => Calendar.SessionOn(new(2026, 11, 21)))
            .Should().Throw<ArgumentOutOfRangeException>().WithMessage("Not a session*");
    }

    [Theory]
    [InlineData("15min", "2026-11-20T14:30:00Z", "2026-11-20T20:45:00Z", 26)]
    [InlineData("15min", "2026-11-20T14:30:01Z", "2026-11-20T20:44:59Z", 24)]
    [InlineData("1h", "2026-11-26T00:00:00Z", "2026-11-27T23:00:00Z", 4)] // closed, then an early close
    [InlineData("1d", "2026-11-20T00:00:00Z", "2026-11-24T00:00:00Z", 3)]
    [InlineData("1d", "2026-11-20T00:00:01Z", "2026-11-23T23:00:00Z", 1)]
    [InlineData("1d", "2026-11-24T00:00:00Z", "2026-11-20T00:00:00Z", 0)]
    public void Bars_are_counted_by_their_starts(string interval, string from, string to, int count)
    {
        Interval.TryParse(interval, out var parsed).Should().BeTrue();

        Calendar.CountBars(parsed!, DateTimeOffset.Parse(from), DateTimeOffset.Parse(to)).Should().Be(count);
    }

    /// <summary>
    /// A calendar file (date, closed or early-close, closing time in New York; 1998 to 2028) can be named in the environment; the
    /// facts above hold the same days and always run.
    /// </summary>
    [Fact]
    public void Agrees_day_by_day_with_a_reference_file_where_one_is_named()
    {
        if (Environment.GetEnvironmentVariable("STOCKS_CALENDAR_CSV") is not { Length: > 0 } file)
            return;

        var lines = File.ReadLines(file).Skip(1).Select(line => line.Split(',')).ToDictionary(fields => DateOnly.Parse(fields[0]));
        for (var day = new DateOnly(1998, 1, 1); day.Year <= 2028; day = day.AddDays(1))
        {
            var line = lines.GetValueOrDefault(day);
            var open = line?[1] != "closed" && !Weekdays.IsWeekend(day);
            Calendar.IsSession(day).Should().Be(open, "of {0}", day);
            if (open)
                CloseOf(day).Should().Be(line is null ? new(16, 0) : TimeOnly.Parse(line[2]), "of {0}", day);
        }
    }

    private static TimeOnly CloseOf(DateOnly day) =>
        TimeOnly.FromDateTime(NewYorkTime.FromInstant(Calendar.SessionOn(day).Close).DateTime);
}
