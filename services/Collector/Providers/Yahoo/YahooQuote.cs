using System.Text.Json;

namespace StocksDapr.Collector.Providers.Yahoo;

/// <summary>The state of the session, from what a chart of one day says of its instrument.</summary>
internal static class YahooQuote
{
    /// <exception cref="JsonException">The chart tells no price.</exception>
    public static Quote Of(YahooChart chart)
    {
        var instrument = chart.Instrument;
        if (instrument.LastPrice is not (> 0 and var price) || instrument.LastTradeAt is not { } at)
            throw new JsonException("The answer has no price.");

        // The first price of the session stands in its bar alone.
        var open = chart.Count > 0 ? chart.ValuesOf(chart.Count - 1).Open.Number : null;
        return new Quote(
            at, Main(price)!.Value, Main(open), Main(instrument.DayHigh), Main(instrument.DayLow), Main(instrument.PreviousClose),
            instrument.HasNoVolume && instrument.DayVolume == 0 ? null : instrument.DayVolume);

        double? Main(double? value) => value is > 0 and var number ? instrument.InMainUnit(number).Number : null;
    }
}
