namespace StocksDapr.Market;

/// <summary>One trading day's regular hours, and the bars that they consist of.</summary>
/// <param name="Date">The date at the exchange.</param>
/// <param name="Open">The instant of the opening, UTC.</param>
/// <param name="Close">The instant of the close, UTC, exclusive; earlier than usual before some holidays.</param>
public readonly record struct Session(DateOnly Date, DateTimeOffset Open, DateTimeOffset Close)
{
    public TimeSpan Length => Close - Open;

    /// <summary>What a bar of one day is named by: midnight UTC of the session date.</summary>
    public DateTimeOffset DayStart => new(Date.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);

    public bool Contains(DateTimeOffset instant) => instant >= Open && instant < Close;

    /// <summary>How many bars of the interval the session has; the last one is short when the session is no multiple of it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The interval is longer than a session.</exception>
    public int BarCount(Interval interval) =>
        IsDaily(interval) ? 1 : (int)((Length.Ticks + interval.Length.Ticks - 1) / interval.Length.Ticks);

    /// <summary>The start of the session's bar number <paramref name="index"/>, from 0.</summary>
    public DateTimeOffset BarStart(Interval interval, int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, BarCount(interval));
        return IsDaily(interval) ? DayStart : Open + (interval.Length * index);
    }

    /// <summary>The instant from which the bar is complete: its nominal end, or the close if that is earlier.</summary>
    public DateTimeOffset BarEnd(Interval interval, int index)
    {
        var start = BarStart(interval, index);
        if (IsDaily(interval))
            return Close;

        var end = start + interval.Length;
        return end < Close ? end : Close;
    }

    /// <summary>The number of the bar that has exactly this start; -1 when the session has no such bar.</summary>
    public int BarIndex(Interval interval, DateTimeOffset start)
    {
        if (IsDaily(interval))
            return start == DayStart ? 0 : -1;
        if (!Contains(start))
            return -1;

        var (index, rest) = Math.DivRem((start - Open).Ticks, interval.Length.Ticks);
        return rest == 0 ? (int)index : -1;
    }

    /// <summary>How many bars of the session are complete at an instant.</summary>
    public int CompletedBars(Interval interval, DateTimeOffset at)
    {
        if (at >= Close)
            return BarCount(interval);
        if (at <= Open || IsDaily(interval))
            return 0;

        return (int)((at - Open).Ticks / interval.Length.Ticks);
    }

    private static bool IsDaily(Interval interval)
    {
        ArgumentNullException.ThrowIfNull(interval);
        if (interval.IsIntraday)
            return false;

        return interval == Interval.OneDay
            ? true
            : throw new ArgumentOutOfRangeException(nameof(interval), interval, "A bar of this interval is longer than a session.");
    }
}
