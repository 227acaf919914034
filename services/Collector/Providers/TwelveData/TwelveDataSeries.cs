using System.Text.Json;
using StocksDapr.Collector.Providers.Vendors;
using StocksDapr.Contracts.Messages;

namespace StocksDapr.Collector.Providers.TwelveData;

/// <summary>
/// Reads <c>/time_series</c>: no document in between and no text made, since every bar of the provider passes here. Bars stand in the order that was asked or
/// the other way round; times are the exchange's own.
/// </summary>
internal static class TwelveDataSeries
{
    private const int UsualCount = 128;

    public static IReadOnlyDictionary<string, SymbolAnswer<IReadOnlyList<RawBar>>> Read(ReadOnlyMemory<byte> body, TwelveDataBatch batch, BarsWindow window) =>
        TwelveDataAnswer.Read(body, batch, (ref Utf8JsonReader reader, string symbol) => ReadSymbol(ref reader, symbol, window), Failed);

    private static SymbolAnswer<IReadOnlyList<RawBar>> Failed(TwelveDataError error) =>
        error.IsNothingThere ? SymbolAnswer<IReadOnlyList<RawBar>>.Of([]) : error.ToAnswer<IReadOnlyList<RawBar>>();

    private static SymbolAnswer<IReadOnlyList<RawBar>> ReadSymbol(ref Utf8JsonReader reader, string symbol, BarsWindow window)
    {
        var parts = new TwelveDataError.Parts();
        TwelveDataMeta? meta = null;
        Series? series = null;
        Utf8JsonReader valuesAhead = default;
        var valuesWait = false;
        while (reader.Next() == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("meta"u8))
            {
                meta = TwelveDataMeta.Read(ref reader);
            }
            else if (reader.ValueTextEquals("values"u8) && meta is not null)
            {
                series = ReadValues(ref reader, meta.ClockFor(window.Interval), window);
            }
            else if (reader.ValueTextEquals("values"u8))
            {
                // The zone of their times is still to come.
                valuesAhead = reader;
                valuesWait = true;
                reader.SkipValue();
            }
            else if (!parts.TryTake(ref reader))
            {
                reader.SkipValue();
            }
        }

        if (parts.Error is { } error)
            return Failed(error);
        if (valuesWait)
            series = ReadValues(ref valuesAhead, (meta ?? TwelveDataMeta.Unsaid).ClockFor(window.Interval), window);
        if (meta?.WrongFor(symbol, window.Interval) is { } wrong)
            return new SymbolAnswer<IReadOnlyList<RawBar>>(null, wrong);
        if (meta is not null && meta.ClockFor(window.Interval) is null)
            return SymbolAnswer<IReadOnlyList<RawBar>>.Failed(ProviderErrorKind.NotSupported, $"The exchange keeps the time of {meta.TimeZone ?? "UTC"}, which cannot be asked for.");
        if (series is not { } read)
            return SymbolAnswer<IReadOnlyList<RawBar>>.Failed(ProviderErrorKind.Malformed, "The answer has no 'values'.");

        // A bar without a time cannot even go to quarantine; without an error it would look as if the vendor had no such bar.
        if (read.Unnamed > 0)
            return SymbolAnswer<IReadOnlyList<RawBar>>.Failed(ProviderErrorKind.Malformed, $"{read.Unnamed} bars have no readable time.");
        return read.IsOfAnotherRange
            ? SymbolAnswer<IReadOnlyList<RawBar>>.Failed(ProviderErrorKind.Malformed, "The bars are of another range than was asked.")
            : SymbolAnswer<IReadOnlyList<RawBar>>.Of(AskedBars.Ascending(read.Bars));
    }

    private static Series? ReadValues(ref Utf8JsonReader reader, ExchangeClock? clock, BarsWindow window)
    {
        if (clock is null)
        {
            reader.SkipValue();
            return null;
        }

        reader.Expect(JsonTokenType.StartArray, "'values' is not an array.");
        var bars = new List<RawBar>(UsualCount);
        var unnamed = 0;
        var isElsewhere = false;
        var isBeside = false;
        while (reader.Next() == JsonTokenType.StartObject)
        {
            if (!TryReadBar(ref reader, clock, out var bar))
            {
                unnamed++;
            }
            else if (window.Holds(bar.Start))
            {
                bars.Add(bar);
            }
            else
            {
                isElsewhere = true;
                isBeside |= window.IsBeside(bar.Start);
            }
        }

        return reader.TokenType == JsonTokenType.EndArray
            ? new Series(bars, unnamed, IsOfAnotherRange: bars.Count == 0 && isElsewhere && !isBeside)
            : throw new JsonException("A bar is not an object.");
    }

    private static bool TryReadBar(ref Utf8JsonReader reader, ExchangeClock clock, out RawBar bar)
    {
        DateTimeOffset? start = null;
        RawValue open = default, high = default, low = default, close = default, volume = default;
        var hasPrice = false;
        while (reader.Next() == JsonTokenType.PropertyName)
        {
            // Told apart by the first letter, then compared: five of the six comparisons are spared.
            switch (reader.ValueSpan.Length > 0 ? reader.ValueSpan[0] : 0)
            {
                case (byte)'d' when reader.ValueTextEquals("datetime"u8):
                    start = reader.Next() == JsonTokenType.String ? clock.Read(reader.ValueSpan) : null;
                    reader.Skip();
                    break;
                case (byte)'o' when reader.ValueTextEquals("open"u8):
                    open = reader.NextValue();
                    hasPrice = true;
                    break;
                case (byte)'h' when reader.ValueTextEquals("high"u8):
                    high = reader.NextValue();
                    hasPrice = true;
                    break;
                case (byte)'l' when reader.ValueTextEquals("low"u8):
                    low = reader.NextValue();
                    hasPrice = true;
                    break;
                case (byte)'c' when reader.ValueTextEquals("close"u8):
                    close = reader.NextValue();
                    hasPrice = true;
                    break;
                case (byte)'v' when reader.ValueTextEquals("volume"u8):
                    volume = reader.NextValue();
                    break;
                default:
                    reader.SkipValue();
                    break;
            }
        }

        // Forecasts and indicators stand in the same frame.
        if (!hasPrice)
            throw new JsonException("What stands in 'values' are no bars.");
        bar = start is { } named ? new RawBar(named, open, high, low, close, volume) : default;
        return start is not null;
    }

    private readonly record struct Series(List<RawBar> Bars, int Unnamed, bool IsOfAnotherRange);
}
