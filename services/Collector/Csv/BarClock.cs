using StocksDapr.Market;

namespace StocksDapr.Collector.Csv;

/// <summary>
/// Turns the times of a file into the starts of bars in UTC. A bar of a day or longer is named by the date as written, whatever time
/// and offset stand beside it. An intraday time without an offset is New York time. Times that name the end of a bar are moved back to
/// its start.
/// </summary>
internal sealed class BarClock(FileLayout layout)
{
    /// <summary>From 03:00 on the clock of a day no longer changes, so that one offset serves the whole day.</summary>
    private const int SettledSecond = 3 * 3600;

    private readonly bool _intraday = layout.Interval.IsIntraday;
    private readonly long _lengthTicks = layout.Interval.Length.Ticks;
    private DateOnly _day;
    private long _dayStartTicks;

    /// <summary>The start of the bar; null when an intraday bar has no time of day.</summary>
    public DateTimeOffset? Start(in WrittenTime time)
    {
        if (!_intraday)
            return new DateTimeOffset(time.Date.DayNumber * TimeSpan.TicksPerDay, TimeSpan.Zero);
        if (!time.HasTime)
            return null;

        var ticks = time.HasOffset ? time.UtcTicks : NewYorkTicks(time);
        if (layout.Stamp == BarStamp.End)
            ticks -= LengthOfBarEndingAt(ticks);
        return new DateTimeOffset(ticks, TimeSpan.Zero);
    }

    private long NewYorkTicks(in WrittenTime time)
    {
        if (time.Second is < SettledSecond or >= 86_400)
        {
            var (days, second) = Math.DivRem(time.Second, 86_400);
            return NewYorkTime.ToInstant(time.Date.AddDays(days), TimeOnly.FromTimeSpan(TimeSpan.FromSeconds(second))).Ticks;
        }

        if (_day != time.Date)
        {
            _day = time.Date;
            _dayStartTicks = NewYorkTime.ToInstant(time.Date, new TimeOnly(12, 0)).Ticks - (12 * TimeSpan.TicksPerHour);
        }

        return _dayStartTicks + (time.Second * TimeSpan.TicksPerSecond);
    }

    private long LengthOfBarEndingAt(long utcTicks)
    {
        if (!layout.HoursFollowSession)
            return _lengthTicks;

        var local = NewYorkTime.FromInstant(new DateTimeOffset(utcTicks, TimeSpan.Zero)).TimeOfDay;
        return local == new TimeSpan(9, 30, 0) || local == new TimeSpan(13, 0, 0) || local == new TimeSpan(16, 0, 0)
            ? _lengthTicks / 2
            : _lengthTicks;
    }
}
