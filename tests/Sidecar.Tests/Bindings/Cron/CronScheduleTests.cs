using System.Globalization;

namespace StocksDapr.Sidecar.Bindings.Cron;

public sealed class CronScheduleTests
{
    [Theory]
    [InlineData("0 30 * * * *", "2026-03-01T10:15:00Z", "2026-03-01T10:30:00Z")]
    [InlineData("30 * * * *", "2026-03-01T10:15:00Z", "2026-03-01T10:30:00Z")]
    [InlineData("*/15 * * * * *", "2026-03-01T10:15:00.5Z", "2026-03-01T10:15:15Z")]
    [InlineData("*/15 * * * * *", "2026-03-01T10:15:15Z", "2026-03-01T10:15:30Z")]
    [InlineData("0/20 * * * * *", "2026-03-01T10:15:41Z", "2026-03-01T10:16:00Z")]
    [InlineData("5,10-12 * * * * *", "2026-03-01T10:15:10Z", "2026-03-01T10:15:11Z")]
    [InlineData("0 9 * * mon-fri", "2026-03-06T09:00:00Z", "2026-03-09T09:00:00Z")]
    [InlineData("0 0 29 FEB ?", "2026-03-01T00:00:00Z", "2028-02-29T00:00:00Z")]
    [InlineData("0 0 31 * *", "2026-03-31T00:00:00Z", "2026-05-31T00:00:00Z")]
    [InlineData("0 0 13 * 5", "2026-03-01T00:00:00Z", "2026-03-06T00:00:00Z")]
    [InlineData("0 0 */13 * 5", "2026-03-01T00:00:00Z", "2026-03-06T00:00:00Z")]
    [InlineData("0 0 * * 0", "2026-03-02T00:00:00Z", "2026-03-08T00:00:00Z")]
    [InlineData("59 59 23 31 12 *", "2026-12-31T23:59:59Z", "2027-12-31T23:59:59Z")]
    [InlineData("@hourly", "2026-03-01T10:15:00Z", "2026-03-01T11:00:00Z")]
    [InlineData("@daily", "2026-03-01T10:15:00Z", "2026-03-02T00:00:00Z")]
    [InlineData("@midnight", "2026-03-01T10:15:00Z", "2026-03-02T00:00:00Z")]
    [InlineData("@weekly", "2026-03-02T10:15:00Z", "2026-03-08T00:00:00Z")]
    [InlineData("@monthly", "2026-03-02T10:15:00Z", "2026-04-01T00:00:00Z")]
    [InlineData("@yearly", "2026-03-02T10:15:00Z", "2027-01-01T00:00:00Z")]
    [InlineData("@annually", "2026-03-02T10:15:00Z", "2027-01-01T00:00:00Z")]
    [InlineData("@every 1h30m", "2026-03-02T10:15:07.5Z", "2026-03-02T11:45:07.5Z")]
    [InlineData("TZ=America/New_York 30 9 * * *", "2026-03-06T12:00:00Z", "2026-03-06T14:30:00Z")]
    [InlineData("CRON_TZ=Asia/Kolkata 0 0 * * *", "2026-03-06T12:00:00Z", "2026-03-06T18:30:00Z")]
    public void The_next_time_is_the_first_one_that_fits(string schedule, string after, string expected) =>
        Next(schedule, after).Should().Be(Instant(expected));

    [Fact]
    public void A_time_that_daylight_saving_skips_does_not_happen() =>
        Next("TZ=America/New_York 30 2 * * *", "2026-03-08T00:00:00Z").Should().Be(Instant("2026-03-09T06:30:00Z"));

    [Fact]
    public void A_time_that_daylight_saving_repeats_happens_twice()
    {
        const string Schedule = "TZ=America/New_York 30 1 * * *";
        Next(Schedule, "2026-11-01T00:00:00Z").Should().Be(Instant("2026-11-01T05:30:00Z"));
        Next(Schedule, "2026-11-01T05:30:00Z").Should().Be(Instant("2026-11-01T06:30:00Z"));
        Next(Schedule, "2026-11-01T06:30:00Z").Should().Be(Instant("2026-11-02T06:30:00Z"));
    }

    [Fact]
    public void A_midnight_that_does_not_exist_is_passed_over_without_losing_the_day() =>
        Next("TZ=America/Santiago 0 12 * * *", "2026-09-05T20:00:00Z").Should().Be(Instant("2026-09-06T15:00:00Z"));

    [Fact]
    public void A_day_that_never_comes_has_no_next_time() => Next("0 0 30 2 *", "2026-03-01T00:00:00Z").Should().BeNull();

    [Fact]
    public void Without_a_zone_times_are_local_ones()
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById("Asia/Tokyo");
        CronSchedule.Parse("0 9 * * *", zone).Next(Instant("2026-03-01T00:30:00Z")).Should().Be(Instant("2026-03-02T00:00:00Z"));
    }

    [Theory]
    [InlineData("", "expected 5 to 6 fields, found 0*")]
    [InlineData("* * * *", "expected 5 to 6 fields, found 4*")]
    [InlineData("* * * * * * *", "expected 5 to 6 fields, found 7*")]
    [InlineData("60 * * * *", "end of range (60) above maximum (59): 60")]
    [InlineData("* * 0 * *", "beginning of range (0) below minimum (1): 0")]
    [InlineData("5-3 * * * *", "beginning of range (5) beyond end of range (3): 5-3")]
    [InlineData("*/0 * * * *", "step of range should be a positive number: */0")]
    [InlineData("1-2-3 * * * *", "too many hyphens: 1-2-3")]
    [InlineData("1/2/3 * * * *", "too many slashes: 1/2/3")]
    [InlineData("x * * * *", "failed to parse int from x")]
    [InlineData("-1 * * * *", "failed to parse int from ")]
    [InlineData("* * * * 7", "end of range (7) above maximum (6): 7")]
    [InlineData(", * * * *", "no value in ','")]
    [InlineData("@every", "unrecognized descriptor: @every")]
    [InlineData("@every soon", "failed to parse duration @every soon")]
    [InlineData("@every 0s", "the period of @every 0s must be more than nothing")]
    [InlineData("@sometimes", "unrecognized descriptor: @sometimes")]
    [InlineData("TZ=Nowhere/City * * * * *", "provided bad location Nowhere/City*")]
    [InlineData("TZ=UTC", "nothing follows the time zone")]
    public void What_is_no_schedule_is_refused_with_the_reason(string schedule, string expected)
    {
        var act = () => CronSchedule.Parse(schedule, TimeZoneInfo.Utc);
        act.Should().Throw<FormatException>().WithMessage(expected);
    }

    private static DateTimeOffset? Next(string schedule, string after) => CronSchedule.Parse(schedule, TimeZoneInfo.Utc).Next(Instant(after));

    private static DateTimeOffset Instant(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
