using StocksDapr.Market.Options;

namespace StocksDapr.Market.Tests.Options;

public sealed class OptionTimeTests
{
    private static readonly ExchangeCalendar Calendar = ExchangeCalendar.UsEquities;

    [Theory]
    [InlineData("2026-01-16", "2026-01-16T21:00:00Z")] // winter
    [InlineData("2026-06-18", "2026-06-18T20:00:00Z")] // summer
    [InlineData("2026-11-27", "2026-11-27T18:00:00Z")] // the day after Thanksgiving closes at 13:00
    [InlineData("2015-01-17", "2015-01-16T21:00:00Z")] // a Saturday, as symbols had it until 2015
    [InlineData("2025-04-18", "2025-04-17T20:00:00Z")] // Good Friday
    [InlineData("2035-01-19", "2035-01-19T21:00:00Z")] // beyond the calendar
    public void A_contract_ends_with_the_session(string expiry, string expected) =>
        OptionTime.ExpiresAt(DateOnly.Parse(expiry), Calendar).Should().Be(DateTimeOffset.Parse(expected));

    [Fact]
    public void A_change_of_the_clocks_is_no_hour_of_life()
    {
        // 2026-03-06 16:00 in New York to 2026-03-13 16:00 in New York: a week less the hour that spring leaves out.
        var hours = OptionTime.YearsToExpiry(new DateTimeOffset(2026, 3, 6, 21, 0, 0, TimeSpan.Zero), new DateOnly(2026, 3, 13), Calendar) * 365 * 24;
        hours.Should().BeApproximately((7 * 24) - 1, 1e-9);
    }

    [Fact]
    public void After_the_close_nothing_is_left()
    {
        OptionTime.YearsToExpiry(new DateTimeOffset(2026, 6, 18, 20, 0, 0, TimeSpan.Zero), new DateOnly(2026, 6, 18), Calendar).Should().Be(0);
        OptionTime.YearsToExpiry(new DateTimeOffset(2026, 6, 19, 20, 0, 0, TimeSpan.Zero), new DateOnly(2026, 6, 18), Calendar).Should().Be(0);
    }
}
