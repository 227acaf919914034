namespace StocksDapr.Collector.Collection;

/// <summary>The bars that are stored of one series.</summary>
/// <param name="First">Start of the earliest.</param>
/// <param name="Last">Start of the latest.</param>
/// <param name="Bars">How many there are.</param>
internal sealed record StoredSeries(DateTimeOffset First, DateTimeOffset Last, long Bars);
