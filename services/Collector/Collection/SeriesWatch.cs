using StocksDapr.Collector.Providers;
using StocksDapr.Market;

namespace StocksDapr.Collector.Collection;

/// <summary>
/// One series of one symbol: tells from what is stored which bars are due, and remembers what was asked, so that a bar on its way is
/// not asked twice and a bar that does not exist is not asked for ever. The memory is only about when to ask again: lost with the
/// process, it costs a question more.
/// </summary>
internal sealed class SeriesWatch(ExchangeCalendar calendar, Interval interval, CollectionOptions options)
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);
    private static readonly TimeSpan LongestWaitForAbsent = TimeSpan.FromDays(1);
    private static readonly TimeSpan FirstWaitAfterFailure = TimeSpan.FromSeconds(15);

    private readonly Dictionary<DateTimeOffset, Absence> _absences = [];
    private readonly List<Ask> _asks = [];
    private Examination? _examined;
    private long _surplus;
    private int _failures;
    private DateTimeOffset _pausedUntil;

    /// <summary>
    /// The starts of the bars that should be stored at an instant and are not; null when only a look at the stored starts can tell
    /// (<see cref="Examine"/>). Bars that the provider is known not to have are left out until they are to be asked again.
    /// </summary>
    /// <param name="stored">What Query says is stored; null for nothing.</param>
    /// <param name="first">Start of the first bar that is wanted.</param>
    /// <param name="asOf">Bars whose interval has ended by then are wanted.</param>
    public IReadOnlyList<DateTimeOffset>? Missing(StoredSeries? stored, DateTimeOffset first, DateTimeOffset asOf)
    {
        if (LastDue(calendar, interval, asOf) is not { } last || last < first)
            return [];
        if (stored is null)
            return [.. Expected(first, last, asOf)];

        var from = stored.First < first ? stored.First : first;
        var regular = stored.Bars - _surplus;
        if (regular == Count(from, last, asOf))
        {
            _asks.Clear();
            return [];
        }

        // Complete as far as it goes: the usual case when a new bar has become due.
        if (stored.First <= first && stored.Last < last && regular == Count(from, stored.Last, asOf))
            return [.. Expected(stored.Last.AddTicks(1), last, asOf)];

        return _examined is { } examined && examined.Stored == stored && examined.Last == last && examined.First == first
            ? [.. examined.Missing.Where(start => !IsAbsent(start, asOf))]
            : null;
    }

    /// <summary>The same, from the starts of all stored bars; remembers the outcome until something changes.</summary>
    public IReadOnlyList<DateTimeOffset> Examine(
        StoredSeries stored, IReadOnlyCollection<DateTimeOffset> starts, DateTimeOffset first, DateTimeOffset asOf)
    {
        if (LastDue(calendar, interval, asOf) is not { } last)
            return [];

        var there = starts.ToHashSet();
        var from = stored.First < first ? stored.First : first;
        var expected = Starts(calendar, interval, from, last).ToList();

        // Bars that no session explains, such as imported ones; the next count must not mistake them for expected ones.
        _surplus = there.Count - expected.Count(there.Contains);
        var missing = expected.Where(start => start >= first && !there.Contains(start)).ToList();
        foreach (var start in expected.Where(start => start < first && !there.Contains(start)))
            _absences[start] = new Absence(DateTimeOffset.MaxValue, 1);
        foreach (var start in expected.Where(there.Contains))
            _absences.Remove(start);
        _asks.RemoveAll(ask => !missing.Exists(ask.Covers));
        _examined = new Examination(stored, first, last, missing);
        return [.. missing.Where(start => !IsAbsent(start, asOf))];
    }

    /// <summary>Those of the missing bars that are to be asked now: neither on their way nor to be left alone for a while.</summary>
    public IReadOnlyList<DateTimeOffset> Due(IReadOnlyList<DateTimeOffset> missing, DateTimeOffset now)
    {
        if (missing.Count == 0 || now < _pausedUntil)
            return [];
        if (_asks.Count == 0)
            return missing;

        return [.. missing.Where(start => !_asks.Exists(ask => now < ask.NotBefore && ask.Covers(start)))];
    }

    /// <summary>How often a bar has been asked for and answered that there is none: whoever is asked next differs each time.</summary>
    public int TimesAbsent(DateTimeOffset start) => _absences.TryGetValue(start, out var absence) ? absence.Times : 0;

    /// <summary>A provider has answered: what it has is on its way now, what it does not have is remembered.</summary>
    public void Answered(IReadOnlyList<DateTimeOffset> asked, IReadOnlySet<DateTimeOffset> answered, DateTimeOffset now)
    {
        _failures = 0;
        _pausedUntil = default;
        var anyOnTheWay = false;
        foreach (var start in asked)
        {
            if (answered.Contains(start))
            {
                _absences.Remove(start);
                anyOnTheWay = true;
            }
            else
            {
                Remember(start, now);
            }
        }

        if (!anyOnTheWay)
            return;

        var (from, to) = (asked[0], asked[^1]);
        var attempts = 1 + _asks.Where(ask => ask.From <= to && ask.To >= from).Select(ask => ask.Attempts).DefaultIfEmpty(0).Max();
        _asks.RemoveAll(ask => ask.From >= from && ask.To <= to);
        _asks.Add(new Ask(from, to, now + Doubled(options.AskAgainAfter, attempts, LongestWait), attempts));
    }

    /// <summary>
    /// There was no answer for this series; it is left alone for a while, longer each time. What fails while it is left alone anyway, as the further attempts of one run
    /// do, makes that no longer: the pauses of an outage are as long as it has lasted, not as the requests that it met are many.
    /// </summary>
    public void Failed(ProviderError error, DateTimeOffset now)
    {
        if (now >= _pausedUntil)
            _failures++;
        var wait = error.IsTransient ? Doubled(FirstWaitAfterFailure, _failures, LongestWait) : LongestWait;
        _pausedUntil = now + (error.RetryAfter > wait ? error.RetryAfter.Value : wait);
    }

    /// <summary>The start of the last bar whose interval has ended; null before the first.</summary>
    public static DateTimeOffset? LastDue(ExchangeCalendar calendar, Interval interval, DateTimeOffset asOf)
    {
        if (calendar.LastOpenedSession(asOf) is not { } session)
            return null;

        var complete = session.CompletedBars(interval, asOf);
        if (complete > 0)
            return session.BarStart(interval, complete - 1);

        return calendar.PreviousSession(session.Date) is { } previous ? previous.BarStart(interval, previous.BarCount(interval) - 1) : null;
    }

    private long Count(DateTimeOffset from, DateTimeOffset to, DateTimeOffset asOf) =>
        calendar.CountBars(interval, from, to)
        - _absences.Count(absence => absence.Key >= from && absence.Key <= to && asOf < absence.Value.NotBefore);

    private IEnumerable<DateTimeOffset> Expected(DateTimeOffset from, DateTimeOffset to, DateTimeOffset asOf) =>
        Starts(calendar, interval, from, to).Where(start => !IsAbsent(start, asOf));

    /// <summary>The starts that the calendar has in a range, both ends included.</summary>
    public static IReadOnlyList<DateTimeOffset> Starts(ExchangeCalendar calendar, Interval interval, DateTimeOffset from, DateTimeOffset to)
    {
        var starts = new List<DateTimeOffset>();
        foreach (var session in calendar.SessionsBetween(DateOnly.FromDateTime(from.UtcDateTime), DateOnly.FromDateTime(to.UtcDateTime)))
        {
            for (var i = 0; i < session.BarCount(interval); i++)
            {
                if (session.BarStart(interval, i) is var start && start >= from && start <= to)
                    starts.Add(start);
            }
        }

        return starts;
    }

    private bool IsAbsent(DateTimeOffset start, DateTimeOffset asOf) =>
        _absences.TryGetValue(start, out var absence) && asOf < absence.NotBefore;

    private void Remember(DateTimeOffset start, DateTimeOffset now)
    {
        var times = 1 + (_absences.TryGetValue(start, out var before) ? before.Times : 0);

        // A bar of today may come late; one of last year hardly will.
        var firstWait = now - start < TimeSpan.FromDays(2) ? options.AbsentAskAgainAfter : LongestWait;
        _absences[start] = new Absence(now + Doubled(firstWait, times, LongestWaitForAbsent), times);
    }

    private static TimeSpan Doubled(TimeSpan wait, int times, TimeSpan longest)
    {
        var ticks = wait.Ticks * Math.Pow(2, Math.Min(times - 1, 30));
        return ticks < longest.Ticks ? TimeSpan.FromTicks((long)ticks) : longest;
    }

    private readonly record struct Absence(DateTimeOffset NotBefore, int Times);

    private readonly record struct Ask(DateTimeOffset From, DateTimeOffset To, DateTimeOffset NotBefore, int Attempts)
    {
        public bool Covers(DateTimeOffset start) => start >= From && start <= To;
    }

    private sealed record Examination(StoredSeries Stored, DateTimeOffset First, DateTimeOffset Last, IReadOnlyList<DateTimeOffset> Missing);
}
