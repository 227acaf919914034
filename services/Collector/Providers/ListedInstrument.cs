using StocksDapr.Contracts.Messages;

namespace StocksDapr.Collector.Providers;

/// <summary>An instrument and the first session that it traded; null when the provider does not say.</summary>
internal sealed record ListedInstrument(Instrument Instrument, DateOnly? ListedOn = null);
