using System.Collections.Concurrent;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;

namespace StocksDapr.Collector.Providers.Simulated;

/// <summary>
/// An invented stock market. Every bar is a function of seed, symbol and time alone: the same whatever range is asked, whenever, by
/// whichever process; and there is none before its interval has ended. Safe to use from several threads.
/// </summary>
internal sealed class SimulatedMarket
{
    /// <summary>Days between two sessions at most, with room to spare.</summary>
    private const int LongestPause = 10;

    private readonly int _seed;
    private readonly MarketReturns _returns;
    private readonly Dictionary<string, Company> _companies;
    private readonly ConcurrentDictionary<string, CompanyPath> _paths = new(StringComparer.Ordinal);

    public SimulatedMarket(int seed, int symbols)
    {
        _seed = seed;
        Companies = [.. Simulated.Companies.All.Take(symbols)];
        _companies = Companies.ToDictionary(company => company.Symbol, StringComparer.Ordinal);

        // All sectors, however few companies: the same company has the same prices in a smaller market.
        _returns = new MarketReturns(seed, ExchangeCalendar.UsEquities, Simulated.Companies.All.Select(company => company.Instrument.Sector!));
    }

    public static IReadOnlyList<Interval> Intervals { get; } =
    [
        Interval.OneMinute, Interval.FiveMinutes, Interval.FifteenMinutes, Interval.ThirtyMinutes, Interval.OneHour, Interval.OneDay,
    ];

    public IReadOnlyList<Company> Companies { get; }

    public bool Has(string symbol) => _companies.ContainsKey(symbol);

    /// <summary>
    /// Adds the bars that start from one instant to another, both included, and are complete at <paramref name="now"/>; ascending.
    /// </summary>
    public void AddBars(string symbol, Interval interval, DateTimeOffset from, DateTimeOffset to, DateTimeOffset now, List<Bar> bars)
    {
        var path = Path(symbol);
        var sessions = _returns.Sessions;
        var first = Math.Max(_returns.IndexOf(DateOnly.FromDateTime(from.UtcDateTime)), path.FirstIndex);
        var last = DateOnly.FromDateTime((to < now ? to : now).UtcDateTime);
        Span<Trade> quarters = stackalloc Trade[SessionTape.MaxQuarters];
        for (var i = first; i < sessions.Length && sessions[i].Date <= last; i++)
        {
            ref readonly var session = ref sessions[i];
            var complete = session.CompletedBars(interval, now);
            if (complete == 0)
                break;

            var count = SessionTape.Quarters(path, i, session, quarters);
            if (interval.Length < Interval.FifteenMinutes.Length)
                AddDivided(path, session, interval, quarters[..count], complete, from, to, bars);
            else
                AddJoined(session, interval, quarters[..count], complete, from, to, bars);
        }
    }

    /// <summary>
    /// The session of an instant, or the newest before it, by the minutes that have ended by then; null before the first.
    /// </summary>
    public Quote? Quote(string symbol, DateTimeOffset now)
    {
        var today = NewYorkTime.DateAt(now);
        var (minutes, days) = (new List<Bar>(), new List<Bar>());
        for (var date = today; minutes.Count == 0 && date > today.AddDays(-LongestPause); date = date.AddDays(-1))
        {
            if (ExchangeCalendar.UsEquities.TryGetSession(date, out var session))
                AddBars(symbol, Interval.OneMinute, session.Open, session.Close, now, minutes);
        }

        if (minutes.Count == 0)
            return null;

        var of = new DateTimeOffset(NewYorkTime.DateAt(minutes[0].Start).ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);
        AddBars(symbol, Interval.OneDay, of.AddDays(-LongestPause), of.AddDays(-1), now, days);
        return new Quote(
            minutes[^1].Start + Interval.OneMinute.Length, minutes[^1].Close, minutes[0].Open, minutes.Max(bar => bar.High), minutes.Min(bar => bar.Low),
            days.Count > 0 ? days[^1].Close : null, minutes.Sum(bar => bar.Volume));
    }

    /// <summary>Adds the trades of a quarter of an hour of a session; none before the company is listed.</summary>
    public void AddTrades(string symbol, in Session session, int quarterIndex, List<LiveTrade> trades)
    {
        var path = Path(symbol);
        var index = _returns.IndexOf(session.Date);
        if (index < path.FirstIndex || index >= _returns.Sessions.Length)
            return;

        Span<Trade> quarters = stackalloc Trade[SessionTape.MaxQuarters];
        SessionTape.Quarters(path, index, session, quarters);
        Span<Trade> minutes = stackalloc Trade[SessionTape.MinutesPerQuarter];
        SessionTape.Minutes(path, session, quarterIndex, quarters[quarterIndex], minutes);
        for (var i = 0; i < minutes.Length; i++)
            TradeTape.Add(path, session.BarStart(Interval.OneMinute, (quarterIndex * SessionTape.MinutesPerQuarter) + i), minutes[i], trades);
    }

    /// <summary>The splits and dividends whose ex-date is in the range and not after <paramref name="today"/>.</summary>
    public IEnumerable<CorporateAction> Actions(string symbol, DateOnly from, DateOnly to, DateOnly today) =>
        Path(symbol).Actions.Where(action => action.ExDate >= from && action.ExDate <= to && action.ExDate <= today);

    private static void AddJoined(
        in Session session,
        Interval interval,
        ReadOnlySpan<Trade> quarters,
        int complete,
        DateTimeOffset from,
        DateTimeOffset to,
        List<Bar> bars)
    {
        var perBar = interval.IsIntraday ? (int)(interval.Length.Ticks / Interval.FifteenMinutes.Length.Ticks) : quarters.Length;
        for (var bar = 0; bar < complete; bar++)
        {
            var traded = default(Trade);
            for (var i = bar * perBar; i < Math.Min((bar + 1) * perBar, quarters.Length); i++)
                traded = traded.Then(quarters[i]);
            Add(session.BarStart(interval, bar), traded, from, to, bars);
        }
    }

    private static void AddDivided(
        CompanyPath path,
        in Session session,
        Interval interval,
        ReadOnlySpan<Trade> quarters,
        int complete,
        DateTimeOffset from,
        DateTimeOffset to,
        List<Bar> bars)
    {
        var perBar = (int)interval.Length.TotalMinutes;
        Span<Trade> minutes = stackalloc Trade[SessionTape.MinutesPerQuarter];
        var divided = -1;
        for (var bar = 0; bar < complete; bar++)
        {
            var (quarter, minute) = Math.DivRem(bar * perBar, SessionTape.MinutesPerQuarter);
            if (quarter != divided)
                SessionTape.Minutes(path, session, divided = quarter, quarters[quarter], minutes);

            var traded = default(Trade);
            foreach (ref readonly var part in minutes.Slice(minute, perBar))
                traded = traded.Then(part);
            Add(session.BarStart(interval, bar), traded, from, to, bars);
        }
    }

    private static void Add(DateTimeOffset start, in Trade traded, DateTimeOffset from, DateTimeOffset to, List<Bar> bars)
    {
        if (!traded.IsNone && start >= from && start <= to)
            bars.Add(traded.ToBar(start));
    }

    private CompanyPath Path(string symbol) =>
        _paths.GetOrAdd(symbol, static (symbol, market) => new CompanyPath(market._seed, market._companies[symbol], market._returns), this);
}
