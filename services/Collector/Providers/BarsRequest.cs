using StocksDapr.Market;

namespace StocksDapr.Collector.Providers;

/// <summary>Asks for the bars of an interval that start from one instant to another, both included.</summary>
/// <param name="Symbols">At most <see cref="ProviderCapabilities.MaxSymbols"/>.</param>
/// <param name="Interval">One of <see cref="ProviderCapabilities.Intervals"/>.</param>
/// <param name="From">UTC; a date's midnight for daily bars.</param>
/// <param name="To">UTC; a date's midnight for daily bars.</param>
internal sealed record BarsRequest(IReadOnlyList<string> Symbols, Interval Interval, DateTimeOffset From, DateTimeOffset To);
