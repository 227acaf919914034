using StocksDapr.Collector.Providers;
using StocksDapr.Collector.Providers.Vendors;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;

namespace StocksDapr.Collector.Tests.Vendors;

public sealed class HourOfHalvesTests
{
    private static readonly Session Full = ExchangeCalendar.UsEquities.SessionOn(new DateOnly(2025, 11, 25));
    private static readonly Session Early = ExchangeCalendar.UsEquities.SessionOn(new DateOnly(2025, 11, 28));

    [Fact]
    public void First_half_opens_the_second_closes_and_the_session_s_last_hour_is_one_half()
    {
        Of(Full, [.. Enumerable.Range(0, 13).Select(half => Half(Full, half))]).Should().Equal(
            [.. Enumerable.Range(0, 6).Select(hour => new RawBar(Full.Open.AddHours(hour), 100 + (2 * hour), 110 + (2 * hour) + 1, 90 + (2 * hour), 105 + (2 * hour) + 1, 500 + (4 * hour) + 1)),
                Half(Full, 12)]);
        Of(Early, [.. Enumerable.Range(0, 7).Select(half => Half(Early, half))]).Select(bar => bar.Start)
            .Should().Equal(Early.Open, Early.Open.AddHours(1), Early.Open.AddHours(2), Early.Open.AddHours(3));
    }

    [Fact]
    public void Half_without_trade_is_left_out_when_there_is_something_later_and_not_taken_for_it_when_the_vendor_may_be_behind()
    {
        Of(Full, [Half(Full, 0), Half(Full, 1), Half(Full, 2), Half(Full, 5)]).Should().HaveCount(2, "of the third hour the first half is missing, and nothing later is there")
            .And.Subject.Last().Should().Be(Half(Full, 2));
        Of(Full, [Half(Full, 1), Half(Full, 4)]).Should().Equal([Half(Full, 1) with { Start = Full.Open }]);
        Of(Full, [Half(Full, 0)]).Should().BeEmpty();
    }

    [Fact]
    public void Half_that_is_told_twice_makes_two_hours()
    {
        var other = Half(Full, 1) with { Close = 1 };

        Of(Full, [Half(Full, 0), Half(Full, 1), other]).Select(hour => (hour.Start, hour.Close.Number)).Should().Equal((Full.Open, 106), (Full.Open, 1));
    }

    [Fact]
    public void What_is_no_number_stays_so_and_what_is_outside_of_sessions_or_of_the_range_is_left_out()
    {
        var broken = Half(Full, 1) with { High = new RawValue("n/a"), Volume = default };

        var hours = Of(Full, [Half(Full, 0) with { Start = Full.Open.AddMinutes(-30) }, Half(Full, 0), broken, Half(Full, 2)]);

        hours.Should().ContainSingle().Which.Should().Be(new RawBar(Full.Open, 100, new RawValue("n/a"), 90, 106, default));
        var window = new BarsWindow(new BarsRequest(["A"], Interval.OneHour, Full.Open.AddHours(1), Full.Close), Full.Close.AddDays(1));
        HourOfHalves.Of([.. Enumerable.Range(0, 13).Select(half => Half(Full, half))], window).Should().HaveCount(6).And.NotContain(bar => bar.Start == Full.Open);
    }

    private static IReadOnlyList<RawBar> Of(Session session, RawBar[] halves) =>
        HourOfHalves.Of(halves, new BarsWindow(new BarsRequest(["A"], Interval.OneHour, session.Open, session.Close), session.Close.AddDays(1)));

    private static RawBar Half(Session session, int half) =>
        new(session.BarStart(Interval.ThirtyMinutes, half), 100 + half, 110 + half, 90 + half, 105 + half, 500 + half - (half % 2 * 500));
}
