namespace StocksDapr.Market.Tests;

public class NewYorkTimeTests
{
    [Theory]
    [InlineData("1998-04-05", "1998-10-25")]
    [InlineData("2006-04-02", "2006-10-29")]
    [InlineData("2007-03-11", "2007-11-04")]
    [InlineData("2026-03-08", "2026-11-01")]
    [InlineData("2030-03-10", "2030-11-03")]
    public void Daylight_saving_follows_the_law_of_the_year(string begin, string end)
    {
        var (actualBegin, actualEnd) = NewYorkTime.DaylightSaving(int.Parse(begin[..4]));

        actualBegin.Should().Be(DateOnly.Parse(begin));
        actualEnd.Should().Be(DateOnly.Parse(end));
    }

    [Theory]
    [InlineData("2026-03-08T06:59:59Z", -5)]
    [InlineData("2026-03-08T07:00:00Z", -4)]
    [InlineData("2026-11-01T05:59:59Z", -4)]
    [InlineData("2026-11-01T06:00:00Z", -5)]
    [InlineData("2027-01-01T02:00:00Z", -5)]
    public void The_clock_changes_at_two_in_the_morning(string instant, int hours) =>
        NewYorkTime.OffsetAt(DateTimeOffset.Parse(instant)).Should().Be(TimeSpan.FromHours(hours));

    [Fact]
    public void Date_in_New_York_is_not_the_date_in_UTC_in_the_evening() =>
        NewYorkTime.DateAt(DateTimeOffset.Parse("2026-11-21T02:00:00Z")).Should().Be(new DateOnly(2026, 11, 20));

    [Fact]
    public void Repeated_hour_is_its_first_and_left_out_hour_is_taken_as_standard_time()
    {
        NewYorkTime.ToInstant(new(2026, 11, 1), new(1, 30)).Should().Be(DateTimeOffset.Parse("2026-11-01T05:30:00Z"));
        NewYorkTime.ToInstant(new(2026, 3, 8), new(2, 30)).Should().Be(DateTimeOffset.Parse("2026-03-08T07:30:00Z"));
        NewYorkTime.ToInstant(new(2026, 3, 8), new(3, 0)).Should().Be(DateTimeOffset.Parse("2026-03-08T07:00:00Z"));
    }

    [Fact]
    public void Agrees_every_hour_with_the_time_zone_database_where_there_is_one()
    {
        if (!TimeZoneInfo.TryFindSystemTimeZoneById("America/New_York", out var zone))
            return;

        var end = DateTimeOffset.Parse("2031-01-01T00:00:00Z");
        for (var instant = DateTimeOffset.Parse("1998-01-01T00:00:00Z"); instant < end; instant = instant.AddHours(1))
        {
            if (NewYorkTime.OffsetAt(instant) != zone.GetUtcOffset(instant))
                Assert.Fail($"The offsets differ at {instant:O}.");
        }
    }
}
