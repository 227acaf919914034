using StocksDapr.Market;

namespace StocksDapr.Collector.Collection;

/// <summary>What is stored, as Query says. Never guessed: an answer that cannot be had is an exception.</summary>
internal interface IStoredBars
{
    /// <summary>What is stored of an interval, by symbol; a symbol without bars is not in it.</summary>
    /// <exception cref="StoredBarsUnknownException">Query cannot be asked.</exception>
    Task<IReadOnlyDictionary<string, StoredSeries>> GetSeriesAsync(
        IReadOnlyCollection<string> symbols, Interval interval, CancellationToken cancellationToken);

    /// <summary>The starts of the bars of an interval from one instant to another, both included, by symbol; ascending. A symbol without bars may be missing.</summary>
    /// <exception cref="StoredBarsUnknownException">Query cannot be asked.</exception>
    Task<IReadOnlyDictionary<string, IReadOnlyList<DateTimeOffset>>> GetStartsAsync(
        IReadOnlyCollection<string> symbols, Interval interval, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken);
}
