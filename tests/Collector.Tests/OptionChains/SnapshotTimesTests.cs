using StocksDapr.Collector.OptionChains;
using StocksDapr.Market;

namespace StocksDapr.Collector.Tests.OptionChains;

public sealed class SnapshotTimesTests
{
    [Theory]
    [InlineData("2026-11-20T14:29:00Z", "2026-11-19T21:15:00Z")] // before the opening
    [InlineData("2026-11-20T14:30:00Z", "2026-11-19T21:15:00Z")] // nothing is quoted at the bell
    [InlineData("2026-11-20T15:00:00Z", "2026-11-20T15:00:00Z")]
    [InlineData("2026-11-20T15:29:59Z", "2026-11-20T15:00:00Z")]
    [InlineData("2026-11-20T20:59:00Z", "2026-11-20T20:30:00Z")]
    [InlineData("2026-11-20T21:10:00Z", "2026-11-20T20:30:00Z")] // closed, the last one is still to come
    [InlineData("2026-11-20T21:15:00Z", "2026-11-20T21:15:00Z")]
    [InlineData("2026-11-22T12:00:00Z", "2026-11-20T21:15:00Z")] // a Sunday
    [InlineData("2026-11-27T18:20:00Z", "2026-11-27T18:15:00Z")] // an early close
    [InlineData("2026-07-06T13:59:00Z", "2026-07-02T20:15:00Z")] // a Monday in summer, after a holiday
    public void Chains_are_due_every_half_hour_of_a_session_and_after_its_close(string now, string due) =>
        SnapshotTimes.LastDue(ExchangeCalendar.UsEquities, DateTimeOffset.Parse(now), TimeSpan.FromMinutes(30), TimeSpan.FromMinutes(15)).Should().Be(DateTimeOffset.Parse(due));
}
