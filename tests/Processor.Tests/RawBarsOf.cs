using StocksDapr.Contracts.Messages;
using StocksDapr.Market;

namespace StocksDapr.Processor.Tests;

/// <summary>Raw messages for tests.</summary>
internal static class RawBarsOf
{
    public static readonly Provenance Provenance = new("test", "r1", new DateTimeOffset(2026, 11, 20, 22, 0, 0, TimeSpan.Zero));

    public static RawBars Daily(params RawBar[] bars) => new("AAPL", Interval.OneDay, Provenance, bars);

    public static RawBar Bar(string date, double open = 10, double high = 11, double low = 9, double close = 10.5, double volume = 100) =>
        new(DateTimeOffset.Parse(date + (date.Length == 10 ? "T00:00:00Z" : "")), open, high, low, close, volume);
}
