using StocksDapr.Market;

namespace StocksDapr.Collector.Providers;

/// <summary>Asks for the bars of an interval that start from one instant to another, both included.</summary>
/// <param name="Symbols">At most <see cref="ProviderCapabilities.MaxSymbols"/>.</param>
/// <param name="Interval">One of <see cref="ProviderCapabilities.Intervals"/>.</param>
/// <param name="From">UTC; a date's midnight for daily bars.</param>
/// <param name="To">UTC; a date's midnight for daily bars.</param>
internal sealed record BarsRequest(IReadOnlyList<string> Symbols, Interval Interval, DateTimeOffset From, DateTimeOffset To)
{
    /// <summary>Since when the oldest of the bars has been due, UTC: among requests that wait for a budget the most overdue goes first. Null goes last.</summary>
    public DateTimeOffset? DueSince { get; init; }
}
