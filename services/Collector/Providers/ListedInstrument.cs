using StocksDapr.Contracts.Messages;
using StocksDapr.Market;

namespace StocksDapr.Collector.Providers;

/// <summary>An instrument and the first session that it traded; null when nobody says.</summary>
internal sealed record ListedInstrument(Instrument Instrument, DateOnly? ListedOn = null)
{
    /// <summary>The intervals that are wanted of it; null for all that are collected.</summary>
    public IReadOnlyList<Interval>? Intervals { get; init; }

    /// <summary>From when on it has been wanted, UTC; null for always. No bar of it is overdue for longer.</summary>
    public DateTimeOffset? WantedSince { get; init; }

    public bool IsWantedIn(Interval interval) => Intervals is null || Intervals.Contains(interval);
}
