using StocksDapr.Collector.Providers;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;

namespace StocksDapr.Collector.Live;

/// <summary>
/// Forms bars of trades, as the exchange's sessions divide the day; trades before the opening and from the close on belong to none. Not safe to use
/// from several threads.
/// </summary>
internal sealed class BarFormation(ExchangeCalendar calendar, IReadOnlyList<Interval> intervals, TimeSpan lateness)
{
    /// <summary>How far a vendor's clock may be ahead of ours.</summary>
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromSeconds(5);

    /// <summary>From when on a connection that was asked for counts as covering everything, if it has not brought a trade before.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(5);

    private readonly Dictionary<(string, Interval, DateTimeOffset), FormingBar> _bars = [];
    private readonly HashSet<FormingBar> _changed = [];
    private readonly TradeRepetition _repetition = new();
    private DateTimeOffset _coveredSince;

    /// <summary>A connection is being made. What was traded before it is missed, unless it replays the session.</summary>
    public void Connecting(DateTimeOffset now, bool replaysSession)
    {
        if (replaysSession)
        {
            // What ended meanwhile is not formed again, and is still to be said.
            foreach (var bar in _bars.Values)
                bar.IsToldAnew = true;
            _coveredSince = DateTimeOffset.MinValue;
            return;
        }

        _coveredSince = now + Settling;
        _repetition.Begin(now);
    }

    /// <summary>The connection is gone: what is forming has a gap from now on.</summary>
    public void Disconnected()
    {
        foreach (var bar in _bars.Values.Where(bar => !bar.HasEnded && !bar.IsPartial))
        {
            bar.IsPartial = true;
            _changed.Add(bar);
        }
    }

    /// <summary>Takes over a bar that another replica was forming, unless it is being formed here already. Without a trade nothing is said of it but its end.</summary>
    public void Adopt(LiveBar bar)
    {
        if (bar.Interval.Length <= Interval.OneDay.Length)
            _bars.TryAdd((bar.Symbol, bar.Interval, bar.Start), FormingBar.Of(bar, EndOf(bar.Interval, bar.Start)));
    }

    public TradeVerdict Add(in LiveTrade trade, DateTimeOffset now)
    {
        if (!double.IsFinite(trade.Price) || trade.Price <= 0 || trade.Volume < 0 || trade.At > now + ClockTolerance)
            return TradeVerdict.Invalid;
        if (_coveredSince > now)
            _coveredSince = now;
        if (_repetition.IsRepeated(trade, now))
            return TradeVerdict.Repeated;
        if (!calendar.TryGetSessionAt(trade.At, out var session))
            return TradeVerdict.OutsideSession;

        var verdict = TradeVerdict.Late;
        foreach (var interval in intervals)
        {
            var index = interval.IsIntraday ? (int)((trade.At - session.Open).Ticks / interval.Length.Ticks) : 0;
            var end = session.BarEnd(interval, index);
            if (end + lateness <= now)
                continue;

            verdict = TradeVerdict.Taken;
            Add(trade, interval, session.BarStart(interval, index), end);
        }

        return verdict;
    }

    /// <summary>How the bars stand that have changed since they were taken last. Bars that are over and were said are forgotten.</summary>
    /// <param name="now">By the clock of the trades.</param>
    /// <param name="saidAt">By the clock of messages.</param>
    public List<LiveBar> TakeChanged(DateTimeOffset now, DateTimeOffset saidAt)
    {
        foreach (var bar in _bars.Values)
        {
            if (!bar.HasEnded && bar.End <= now)
            {
                bar.HasEnded = true;
                _changed.Add(bar);
            }
            else if (bar.End + lateness <= now && !_changed.Contains(bar))
            {
                _bars.Remove(bar.Key);
            }
        }

        var changed = _changed.Select(bar => bar.ToMessage(saidAt)).ToList();
        _changed.Clear();
        return changed;
    }

    /// <summary>What was taken did not get through: it is to be said again, as it stands then.</summary>
    public void PutBack(IEnumerable<LiveBar> bars)
    {
        foreach (var bar in bars)
        {
            if (_bars.TryGetValue((bar.Symbol, bar.Interval, bar.Start), out var known))
                _changed.Add(known);
        }
    }

    private void Add(in LiveTrade trade, Interval interval, DateTimeOffset start, DateTimeOffset end)
    {
        var key = (trade.Symbol, interval, start);
        if (_bars.TryGetValue(key, out var bar) && !bar.IsToldAnew)
        {
            bar.Add(trade);
        }
        else
        {
            if (bar is not null)
                _changed.Remove(bar);

            // A daily bar is named by midnight; it begins with the session, of which the calendar's close is the end.
            var began = interval.IsIntraday ? start : calendar.SessionOn(DateOnly.FromDateTime(start.UtcDateTime)).Open;
            bar = new FormingBar(trade.Symbol, interval, start, end, trade) { IsPartial = began < _coveredSince };
            _bars[key] = bar;
        }

        _changed.Add(bar);
    }

    /// <summary>When a bar is over that somebody else named.</summary>
    private DateTimeOffset EndOf(Interval interval, DateTimeOffset start) =>
        calendar.TryGetSession(DateOnly.FromDateTime(start.UtcDateTime), out var session) && session.BarIndex(interval, start) is >= 0 and var index
            ? session.BarEnd(interval, index)
            : start + interval.Length;
}

/// <summary>What became of a trade.</summary>
internal enum TradeVerdict
{
    Taken,

    /// <summary>It was known already.</summary>
    Repeated,

    /// <summary>Every bar that it belongs to is long over.</summary>
    Late,

    /// <summary>Before the opening, after the close, or on a day without a session.</summary>
    OutsideSession,

    /// <summary>No price, or of the future.</summary>
    Invalid,
}
