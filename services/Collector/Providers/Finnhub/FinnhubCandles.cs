using System.Text.Json;
using StocksDapr.Collector.Providers.Vendors;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;

namespace StocksDapr.Collector.Providers.Finnhub;

/// <summary>
/// Reads <c>/stock/candle</c>: columns <c>t o h l c v</c> of one length and a state <c>s</c>, <c>ok</c> or <c>no_data</c>, the latter without columns and also
/// the answer for a symbol that the provider does not know.
/// </summary>
internal static class FinnhubCandles
{
    /// <summary>The bars as the provider has them, daily ones adjusted for splits.</summary>
    /// <exception cref="JsonException">The body is not what the provider documents.</exception>
    public static IReadOnlyList<RawBar> Read(ReadOnlyMemory<byte> body, BarsWindow window)
    {
        List<RawValue> times = [], open = [], high = [], low = [], close = [], volume = [];
        string? state = null;
        var reader = new Utf8JsonReader(body.Span);
        reader.Expect(JsonTokenType.StartObject, "The answer is not an object.");
        while (reader.Next() == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("s"u8))
            {
                state = reader.NextText();
                continue;
            }

            var column = reader.ValueTextEquals("t"u8) ? times
                : reader.ValueTextEquals("o"u8) ? open
                : reader.ValueTextEquals("h"u8) ? high
                : reader.ValueTextEquals("l"u8) ? low
                : reader.ValueTextEquals("c"u8) ? close
                : reader.ValueTextEquals("v"u8) ? volume
                : null;
            if (column is null)
                reader.SkipValue();
            else
                ReadColumn(ref reader, column);
        }

        reader.ExpectEnd();
        if (state is not ("ok" or "no_data"))
            throw new JsonException("The answer has no state.");
        if (open.Count != times.Count || high.Count != times.Count || low.Count != times.Count || close.Count != times.Count || volume.Count != times.Count)
            throw new JsonException("The columns differ in length.");
        if (state == "ok" && times.Count == 0)
            throw new JsonException("The answer is said to have data and has none.");

        var bars = new List<RawBar>(times.Count);
        var spacing = default(BarSpacing);
        var isBeside = false;
        for (var i = 0; i < times.Count; i++)
        {
            var at = VendorJson.UnixTime(times[i].Number) ?? throw new JsonException("A bar has no time.");
            spacing.Add(at, window.Interval);
            var start = StartOf(at, window.Interval);
            isBeside |= window.IsBeside(start);
            if (window.Holds(start) && RegularSession.HasBar(window.Interval, start))
                bars.Add(new RawBar(start, open[i], high[i], low[i], close[i], volume[i]));
        }

        if (spacing.IsNotOf(window.Interval) || (times.Count > 0 && !isBeside))
            throw new JsonException("The bars are of another interval or range than was asked.");
        return AskedBars.Ascending(bars);
    }

    private static void ReadColumn(ref Utf8JsonReader reader, List<RawValue> column)
    {
        if (reader.Next() == JsonTokenType.Null)
            return;
        if (reader.TokenType != JsonTokenType.StartArray)
            throw new JsonException("A column is not an array.");

        // NextValue moves on itself: what ends the array is found by looking first.
        while (true)
        {
            var ahead = reader;
            if (ahead.Next() == JsonTokenType.EndArray)
            {
                reader.Next();
                return;
            }

            column.Add(reader.NextValue());
        }
    }

    /// <remarks>Daily bars are named by midnight: of UTC, in older answers New York's.</remarks>
    private static DateTimeOffset StartOf(DateTimeOffset at, Interval interval) =>
        interval.IsIntraday || at.TimeOfDay == TimeSpan.Zero ? at : VendorJson.DayStart(NewYorkTime.DateAt(at));
}
