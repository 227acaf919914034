using StocksDapr.Collector.Providers;

namespace StocksDapr.Collector.Live;

/// <summary>A stream of trades, and the clock that its trades go by.</summary>
internal sealed record LiveSource(ITradeStream Stream, TimeProvider Clock);
