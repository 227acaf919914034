using StocksDapr.Market;

namespace StocksDapr.Contracts.Messages;

/// <summary>
/// Bars that are not final, of any symbols: how they stand now. Each message says all that is known about its bars, so one that is lost is made good by the
/// next, and of two about the same bar the one with the later <see cref="LiveBar.UpdatedAt"/> counts.
/// </summary>
/// <param name="Source">The provider that streams the trades.</param>
/// <param name="Bars">1 to <see cref="MaxBars"/>, each bar once.</param>
public sealed record LiveBars(string Source, IReadOnlyList<LiveBar> Bars)
{
    public const int MaxBars = 2_000;
}

/// <summary>A bar that is forming, or that has ended and is not stored yet. Prices are raw; times are UTC.</summary>
/// <param name="Start">As of a stored bar: the start of the interval, or midnight of the session date for a daily bar.</param>
/// <param name="UpdatedAt">When the values were so.</param>
/// <param name="IsPartial">Trades were missed between the start and now, so that the values may be wrong.</param>
/// <param name="HasEnded">The interval is over; the final bar is still to come.</param>
public sealed record LiveBar(
    string Symbol,
    Interval Interval,
    DateTimeOffset Start,
    double Open,
    double High,
    double Low,
    double Close,
    long Volume,
    DateTimeOffset UpdatedAt,
    bool IsPartial,
    bool HasEnded);
