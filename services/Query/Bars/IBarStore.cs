using StocksDapr.Market;

namespace StocksDapr.Query.Bars;

/// <summary>Where bars are read from when the cache does not have them.</summary>
internal interface IBarStore
{
    /// <summary>The series of those symbols that are known, in any order.</summary>
    Task<IReadOnlyList<Series>> FindSeriesAsync(IReadOnlyCollection<string> symbols, Interval interval, CancellationToken cancellationToken);

    /// <summary>The blocks of consecutive periods, as committed when the call began or later.</summary>
    Task<Block[]> LoadAsync(Series series, int firstPeriod, int lastPeriod, CancellationToken cancellationToken);

    /// <summary>The earliest bars of a range (inclusive, seconds since 1970 UTC) as they were known at an instant; at most <paramref name="limit"/>.</summary>
    Task<Block> LoadAsOfAsync(Series series, long from, long to, int limit, DateTimeOffset asOf, CancellationToken cancellationToken);
}
