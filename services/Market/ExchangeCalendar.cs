using System.Diagnostics.CodeAnalysis;

namespace StocksDapr.Market;

/// <summary>
/// Which days are sessions, and from when to when. Immutable, made once and shared; no query allocates. Outside of
/// <see cref="FirstDay"/> to <see cref="LastDay"/> the calendar knows nothing and says so: <see cref="Covers"/> is false, and there
/// are no sessions.
/// </summary>
public sealed class ExchangeCalendar
{
    private readonly Session[] _sessions;

    /// <summary>By day since <see cref="FirstDay"/>: the number of sessions on or before that day.</summary>
    private readonly int[] _sessionsThrough;

    private readonly Dictionary<DateOnly, string> _closures;

    private ExchangeCalendar(DateOnly firstDay, DateOnly lastDay, Session[] sessions, Dictionary<DateOnly, string> closures)
    {
        FirstDay = firstDay;
        LastDay = lastDay;
        _sessions = sessions;
        _closures = closures;
        _sessionsThrough = new int[lastDay.DayNumber - firstDay.DayNumber + 1];
        var next = 0;
        for (var day = 0; day < _sessionsThrough.Length; day++)
        {
            if (next < sessions.Length && sessions[next].Date == firstDay.AddDays(day))
                next++;
            _sessionsThrough[day] = next;
        }
    }

    /// <summary>Regular hours of the US equity exchanges, 1998 to 2030.</summary>
    public static ExchangeCalendar UsEquities { get; } = MakeUsEquities(1998, 2030);

    /// <summary>The first day that the calendar knows about, a session or not.</summary>
    public DateOnly FirstDay { get; }

    /// <summary>The last day that the calendar knows about, a session or not.</summary>
    public DateOnly LastDay { get; }

    /// <summary>Every session, ascending.</summary>
    public ReadOnlySpan<Session> Sessions => _sessions;

    /// <summary>Whether the calendar knows what happens on this day.</summary>
    public bool Covers(DateOnly date) => date >= FirstDay && date <= LastDay;

    public bool IsSession(DateOnly date) => TryGetSession(date, out _);

    public bool TryGetSession(DateOnly date, out Session session)
    {
        var through = Through(date);
        if (through > 0 && _sessions[through - 1].Date == date)
        {
            session = _sessions[through - 1];
            return true;
        }

        session = default;
        return false;
    }

    /// <exception cref="ArgumentOutOfRangeException">That day is not a session, or not covered.</exception>
    public Session SessionOn(DateOnly date)
    {
        if (TryGetSession(date, out var session))
            return session;

        throw new ArgumentOutOfRangeException(nameof(date), date, Covers(date) ? "Not a session." : "The calendar does not cover this day.");
    }

    /// <summary>Why a weekday is not a session, such as a holiday's name; false for sessions, weekends and days not covered.</summary>
    public bool TryGetClosure(DateOnly date, [NotNullWhen(true)] out string? reason) => _closures.TryGetValue(date, out reason);

    /// <summary>The first session after a date; null after the last.</summary>
    public Session? NextSession(DateOnly after)
    {
        var through = Through(after);
        return through < _sessions.Length ? _sessions[through] : null;
    }

    /// <summary>The last session before a date; null before the first.</summary>
    public Session? PreviousSession(DateOnly before)
    {
        var through = before == DateOnly.MinValue ? 0 : Through(before.AddDays(-1));
        return through > 0 ? _sessions[through - 1] : null;
    }

    /// <summary>The sessions from one date to another, both included, ascending.</summary>
    public ReadOnlySpan<Session> SessionsBetween(DateOnly from, DateOnly to)
    {
        if (to < from)
            return [];

        var begin = from == DateOnly.MinValue ? 0 : Through(from.AddDays(-1));
        return _sessions.AsSpan(begin, Through(to) - begin);
    }

    /// <summary>The session that is under way at an instant.</summary>
    public bool TryGetSessionAt(DateTimeOffset instant, out Session session) =>
        // A regular session lies within one UTC date all year round.
        TryGetSession(DateOnly.FromDateTime(instant.UtcDateTime), out session) && session.Contains(instant);

    /// <summary>The last session that has closed at an instant; null before the first close.</summary>
    public Session? LastCompletedSession(DateTimeOffset at)
    {
        var date = DateOnly.FromDateTime(at.UtcDateTime);
        return TryGetSession(date, out var session) && session.Close <= at ? session : PreviousSession(date);
    }

    /// <summary>The last session that has opened at an instant, closed or not; null before the first opening.</summary>
    public Session? LastOpenedSession(DateTimeOffset at)
    {
        var date = DateOnly.FromDateTime(at.UtcDateTime);
        return TryGetSession(date, out var session) && session.Open <= at ? session : PreviousSession(date);
    }

    /// <summary>How many bars of an interval (one day at most) start in a range of instants, both included.</summary>
    public int CountBars(Interval interval, DateTimeOffset from, DateTimeOffset to)
    {
        var count = 0;
        foreach (var session in SessionsBetween(DateOnly.FromDateTime(from.UtcDateTime), DateOnly.FromDateTime(to.UtcDateTime)))
            count += StartsThrough(session, interval, to) - StartsThrough(session, interval, from.AddTicks(-1));
        return count;
    }

    private static int StartsThrough(in Session session, Interval interval, DateTimeOffset instant)
    {
        var bars = session.BarCount(interval);
        var first = session.BarStart(interval, 0);
        if (instant < first)
            return 0;

        return (int)Math.Min(bars, ((instant - first).Ticks / interval.Length.Ticks) + 1);
    }

    /// <summary>The number of sessions on or before a date.</summary>
    private int Through(DateOnly date)
    {
        if (date < FirstDay)
            return 0;

        return date > LastDay ? _sessions.Length : _sessionsThrough[date.DayNumber - FirstDay.DayNumber];
    }

    private static ExchangeCalendar MakeUsEquities(int firstYear, int lastYear)
    {
        var closures = new Dictionary<DateOnly, string>();
        var sessions = new List<Session>(260 * (lastYear - firstYear + 1));
        for (var year = firstYear; year <= lastYear; year++)
        {
            foreach (var (date, reason) in UsEquityDays.Closures(year))
                closures[date] = reason;

            var earlyCloses = UsEquityDays.EarlyCloses(year).ToHashSet();
            for (var date = new DateOnly(year, 1, 1); date.Year == year; date = date.AddDays(1))
            {
                if (Weekdays.IsWeekend(date) || closures.ContainsKey(date))
                    continue;

                var close = earlyCloses.Contains(date) ? UsEquityDays.EarlyClose : UsEquityDays.RegularClose;
                sessions.Add(new Session(date, NewYorkTime.ToInstant(date, UsEquityDays.Open), NewYorkTime.ToInstant(date, close)));
            }
        }

        return new ExchangeCalendar(new DateOnly(firstYear, 1, 1), new DateOnly(lastYear, 12, 31), [.. sessions], closures);
    }
}
