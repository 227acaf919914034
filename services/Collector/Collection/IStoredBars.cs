using StocksDapr.Market;

namespace StocksDapr.Collector.Collection;

/// <summary>What is stored, as Query says. Never guessed: an answer that cannot be had is an exception.</summary>
internal interface IStoredBars
{
    /// <summary>What is stored of an interval, by symbol; a symbol without bars is not in it.</summary>
    /// <exception cref="StoredBarsUnknownException">Query cannot be asked.</exception>
    Task<IReadOnlyDictionary<string, StoredSeries>> GetSeriesAsync(
        IReadOnlyCollection<string> symbols, Interval interval, CancellationToken cancellationToken);

    /// <summary>The starts of the bars of one series from one instant to another, both included; ascending.</summary>
    /// <exception cref="StoredBarsUnknownException">Query cannot be asked.</exception>
    Task<IReadOnlyList<DateTimeOffset>> GetStartsAsync(
        string symbol, Interval interval, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken);
}
