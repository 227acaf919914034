using StocksDapr.Contracts.Messages;
using StocksDapr.Market;

namespace StocksDapr.Vendors;

/// <summary>
/// Six weeks of a small market that all emulators serve, the same bars at each run: the end of daylight saving (2025-11-02), Thanksgiving with an early
/// close after it (2025-11-28, 13:00), a 4:1 split and a dividend of AAPL, a halt and a day without trade of MSFT, a bar with missing values, a class share
/// and an index, which has no volume. Made of one-minute bars; all others are their roll-ups, so that the truth of any interval can be compared. Prices
/// have four decimals at most, and the split's factor is a power of two: divided by it and multiplied again they are the same doubles. The same market can
/// be had up to any later day (<see cref="Until"/>), for systems whose clock is not a test's.
/// </summary>
public sealed class EmulatedMarket
{
    public const string Apple = "AAPL";
    public const string Microsoft = "MSFT";
    public const string Berkshire = "BRK.B";
    public const string Index = "^GSPC";

    public static readonly DateOnly FirstDay = new(2025, 10, 27);
    public static readonly DateOnly LastDay = new(2025, 12, 5);
    public static readonly DateOnly SplitDay = new(2025, 11, 10);
    public static readonly DateOnly HaltDay = new(2025, 11, 13);
    public static readonly DateOnly DayWithoutTrade = new(2025, 11, 12);
    public static readonly DateOnly DayWithMissingValues = new(2025, 11, 18);
    public static readonly DateOnly EarlyCloseDay = new(2025, 11, 28);
    public const double SplitFactor = 4;

    /// <summary>A Saturday after all of it, noon UTC.</summary>
    public static readonly DateTimeOffset After = new(2025, 12, 6, 12, 0, 0, TimeSpan.Zero);

    private static readonly Lazy<EmulatedMarket> Made = new(() => new EmulatedMarket(LastDay, After));

    private readonly Dictionary<string, Lazy<MarketBar[]>> _minutes;
    private readonly DateTimeOffset _after;

    private EmulatedMarket(DateOnly lastDay, DateTimeOffset after)
    {
        _after = after;
        _minutes = Symbols.ToDictionary(symbol => symbol, symbol => new Lazy<MarketBar[]>(() => [.. MakeMinutes(symbol, lastDay)]), StringComparer.Ordinal);
    }

    /// <summary>The market: immutable, shared by all tests.</summary>
    public static EmulatedMarket Shared => Made.Value;

    public static IReadOnlyList<string> Symbols { get; } = [Apple, Microsoft, Berkshire, Index];

    public static ReadOnlySpan<Session> Sessions => ExchangeCalendar.UsEquities.SessionsBetween(FirstDay, LastDay);

    /// <summary>The market as it goes on to a later day: what it has up to <see cref="LastDay"/> is the same.</summary>
    public static EmulatedMarket Until(DateOnly lastDay) => new(lastDay, new DateTimeOffset(lastDay.AddDays(1).ToDateTime(TimeOnly.MinValue), TimeSpan.Zero));

    public static bool Knows(string symbol) => Symbols.Contains(symbol);

    /// <summary>
    /// The bars that start in a range, both ends included, ascending, as they are known at an instant: the last may be unfinished, as real vendors show it.
    /// </summary>
    public IReadOnlyList<MarketBar> Bars(string symbol, Interval interval, DateTimeOffset from, DateTimeOffset to, DateTimeOffset? at = null)
    {
        if (!_minutes.TryGetValue(symbol, out var minutes))
            return [];

        // A day's bar begins before its minutes do.
        var known = minutes.Value.Skip(IndexOf(minutes.Value, from))
            .TakeWhile(minute => minute.Start <= (at ?? _after) && minute.Start.AddDays(-1) < to);
        return
        [
            .. known.GroupBy(minute => StartOf(interval, minute.Start)).Where(bar => bar.Key >= from && bar.Key <= to)
                .OrderBy(bar => bar.Key).Select(bar => WithoutMissing(symbol, interval, RollUp(bar.Key, [.. bar]))),
        ];
    }

    /// <summary>Those of the bars whose interval has ended at an instant: what a provider may hand on.</summary>
    public IReadOnlyList<MarketBar> FinishedBars(string symbol, Interval interval, DateTimeOffset from, DateTimeOffset to, DateTimeOffset? at = null) =>
        [.. Bars(symbol, interval, from, to, at).Where(bar => EndOf(interval, bar.Start) <= (at ?? _after))];

    /// <summary>Splits and dividends with an ex-date in a range, both included, ascending.</summary>
    public static IReadOnlyList<CorporateAction> Actions(string symbol, DateOnly from, DateOnly to) =>
        [.. AllActions(symbol).Where(action => action.ExDate >= from && action.ExDate <= to)];

    /// <summary>By what a vendor that adjusts for splits has divided the prices of a day (and multiplied the volume).</summary>
    public static double AdjustmentOn(string symbol, DateTimeOffset start) =>
        symbol == Apple && NewYorkTime.DateAt(start.TimeOfDay == TimeSpan.Zero ? start.AddHours(12) : start) < SplitDay ? SplitFactor : 1;

    private static IReadOnlyList<CorporateAction> AllActions(string symbol) => symbol switch
    {
        Apple =>
        [
            new(CorporateActionKind.Dividend, new(2025, 11, 7), 1.04),
            new(CorporateActionKind.Split, SplitDay, SplitFactor),
        ],
        Microsoft => [new(CorporateActionKind.Dividend, new(2025, 11, 20), 0.91)],
        _ => [],
    };

    /// <summary>Where the minutes from an instant on begin.</summary>
    private static int IndexOf(MarketBar[] minutes, DateTimeOffset from)
    {
        var index = Array.BinarySearch(minutes, new MarketBar(from, null, null, null, null, null), Comparer<MarketBar>.Create((one, other) => one.Start.CompareTo(other.Start)));
        return index < 0 ? ~index : index;
    }

    private static DateTimeOffset StartOf(Interval interval, DateTimeOffset minute)
    {
        var session = ExchangeCalendar.UsEquities.SessionOn(DateOnly.FromDateTime(minute.UtcDateTime));
        return interval.IsIntraday ? session.BarStart(interval, (int)((minute - session.Open) / interval.Length)) : session.DayStart;
    }

    private static DateTimeOffset EndOf(Interval interval, DateTimeOffset start)
    {
        var session = ExchangeCalendar.UsEquities.SessionOn(DateOnly.FromDateTime(start.UtcDateTime));
        return session.BarEnd(interval, session.BarIndex(interval, start));
    }

    private static MarketBar RollUp(DateTimeOffset start, IReadOnlyList<MarketBar> minutes) => new(
        start, minutes[0].Open, minutes.Max(minute => minute.High), minutes.Min(minute => minute.Low), minutes[^1].Close,
        minutes[0].Volume is null ? null : minutes.Sum(minute => minute.Volume));

    private static MarketBar WithoutMissing(string symbol, Interval interval, MarketBar bar) =>
        symbol == Microsoft && !interval.IsIntraday && DateOnly.FromDateTime(bar.Start.UtcDateTime) == DayWithMissingValues
            ? bar with { Open = null, Volume = null }
            : bar;

    private static IEnumerable<MarketBar> MakeMinutes(string symbol, DateOnly lastDay)
    {
        var random = new Random(Symbols.ToList().IndexOf(symbol) + 1);
        var price = symbol switch { Apple => 1_080.0, Microsoft => 515.0, Berkshire => 480.0, _ => 6_800.0 };
        foreach (var session in ExchangeCalendar.UsEquities.SessionsBetween(FirstDay, lastDay).ToArray())
        {
            if (symbol == Apple && session.Date == SplitDay)
                price /= SplitFactor;
            for (var minute = 0; minute < session.BarCount(Interval.OneMinute); minute++)
            {
                var open = price;
                var close = open * (1 + ((random.NextDouble() - 0.5) / 500));
                var (high, low) = (Math.Max(open, close) * (1 + (random.NextDouble() / 2_000)), Math.Min(open, close) * (1 - (random.NextDouble() / 2_000)));
                price = close;
                var volume = random.Next(1_000, 90_000);
                if (Trades(symbol, session, minute))
                {
                    yield return new MarketBar(
                        session.BarStart(Interval.OneMinute, minute), Rounded(open), Rounded(high), Rounded(low), Rounded(close), symbol == Index ? null : volume * 4L);
                }
            }
        }
    }

    /// <summary>MSFT is halted for 38 minutes of one day, and does not trade at all on the day before.</summary>
    private static bool Trades(string symbol, in Session session, int minute) =>
        symbol != Microsoft || (session.Date != DayWithoutTrade && (session.Date != HaltDay || minute is < 90 or >= 128));

    private static double Rounded(double price) => Math.Round(price, 4);
}
