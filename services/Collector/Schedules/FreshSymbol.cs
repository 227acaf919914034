using StocksDapr.Market;

namespace StocksDapr.Collector.Schedules;

/// <summary>A symbol whose history is wanted at once.</summary>
/// <param name="Symbol">The symbol.</param>
/// <param name="Intervals">The intervals that are new.</param>
/// <param name="At">When somebody asked for it, UTC.</param>
internal sealed record FreshSymbol(string Symbol, IReadOnlyList<Interval> Intervals, DateTimeOffset At);
