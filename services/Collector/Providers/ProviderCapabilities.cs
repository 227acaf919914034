using StocksDapr.Market;

namespace StocksDapr.Collector.Providers;

/// <summary>What a provider can be asked for.</summary>
/// <param name="Intervals">The intervals it has, each with how far back; null means all of the instrument's life.</param>
/// <param name="MaxSymbols">Symbols in one request for bars or corporate actions.</param>
/// <param name="MaxBars">Bars for one symbol in one answer.</param>
/// <param name="Delay">How long after the end of a bar's interval the bar can be had.</param>
internal sealed record ProviderCapabilities(
    IReadOnlyDictionary<Interval, TimeSpan?> Intervals, int MaxSymbols, int MaxBars, TimeSpan Delay);
