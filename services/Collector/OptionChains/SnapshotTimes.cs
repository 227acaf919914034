using StocksDapr.Market;

namespace StocksDapr.Collector.OptionChains;

/// <summary>When chains are due: in a session every so often, counted from its opening, and once after its close.</summary>
internal static class SnapshotTimes
{
    /// <summary>The instant that came due last, UTC; null before the first session of the calendar.</summary>
    public static DateTimeOffset? LastDue(ExchangeCalendar calendar, DateTimeOffset now, TimeSpan every, TimeSpan afterClose)
    {
        if (calendar.LastOpenedSession(now) is not { } session)
            return null;
        if (now >= session.Close + afterClose)
            return session.Close + afterClose;

        // Nothing is quoted at the opening bell, and at the close the last one is still to come.
        var last = now < session.Close ? now : session.Close.AddTicks(-1);
        var steps = (last - session.Open).Ticks / every.Ticks;
        if (steps > 0)
            return session.Open + (every * steps);
        return calendar.PreviousSession(session.Date) is { } before ? before.Close + afterClose : null;
    }
}
