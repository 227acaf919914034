using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;
using StocksDapr.Collector.Providers.Vendors;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;

namespace StocksDapr.Collector.Providers.Yahoo;

/// <summary>
/// An answer of <c>/v8/finance/chart</c> as it stands there: columns of times and values, what the instrument is, splits and dividends. Read without a document
/// in between but for the few small objects.
/// </summary>
internal sealed class YahooChart
{
    private readonly List<long> _times = [];
    private readonly List<RawValue> _open = [];
    private readonly List<RawValue> _high = [];
    private readonly List<RawValue> _low = [];
    private readonly List<RawValue> _close = [];
    private readonly List<RawValue> _volume = [];

    private YahooChart()
    {
    }

    public YahooInstrument Instrument { get; private set; } = null!;

    /// <summary>Splits and dividends: their instants, in seconds since 1970; amounts per share as the provider has them, adjusted for later splits.</summary>
    public List<(long At, CorporateActionKind Kind, double Value)> Events { get; } = [];

    /// <summary>How many bars there are; none when the answer has no times, as for a weekend, whatever its other columns hold.</summary>
    public int Count => _times.Count;

    /// <summary>When a bar begins, in seconds since 1970.</summary>
    public long TimeOf(int bar) => _times[bar];

    /// <summary>The values of a bar, in the currency that the provider says and adjusted for later splits. A column that is not there is missing in every bar.</summary>
    public (RawValue Open, RawValue High, RawValue Low, RawValue Close, RawValue Volume) ValuesOf(int bar) =>
        (At(_open, bar), At(_high, bar), At(_low, bar), At(_close, bar), At(_volume, bar));

    /// <exception cref="JsonException">The body is not what the provider answers, or of another symbol than was asked.</exception>
    public static YahooChart Read(ReadOnlyMemory<byte> body, string symbol)
    {
        var chart = new YahooChart();
        var reader = new Utf8JsonReader(body.Span);
        reader.Expect(JsonTokenType.StartObject, "The answer is not an object.");
        var hasResult = false;
        while (reader.Next() == JsonTokenType.PropertyName)
        {
            if (!reader.ValueTextEquals("chart"u8))
            {
                reader.SkipValue();
                continue;
            }

            reader.Expect(JsonTokenType.StartObject, "'chart' is not an object.");
            while (reader.Next() == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("result"u8))
                    hasResult |= chart.ReadResults(ref reader);
                else
                    reader.SkipValue();
            }
        }

        reader.ExpectEnd();
        if (!hasResult || chart.Instrument is null)
            throw new JsonException("The answer has no result.");
        if (!EchoedSymbol.IsSame(chart.Instrument.Symbol, symbol))
            throw new JsonException("The answer is of another symbol than was asked.");
        chart.Check();
        return chart;
    }

    /// <summary>The chart, which must be of an interval. The provider answers months where it was asked for days of too many years.</summary>
    /// <exception cref="JsonException">It is of another one.</exception>
    public YahooChart Of(Interval interval) =>
        Instrument.Granularity is not { } granularity || (Interval.TryParse(granularity, out var theirs) && theirs == interval)
            ? this
            : throw new JsonException("The answer is of another interval than was asked.");

    private bool ReadResults(ref Utf8JsonReader reader)
    {
        if (reader.Next() != JsonTokenType.StartArray)
        {
            reader.Skip();
            return false;
        }

        var results = 0;
        while (reader.Next() == JsonTokenType.StartObject)
        {
            if (results++ > 0)
                throw new JsonException("The answer has several results.");
            ReadResult(ref reader);
        }

        return results == 1;
    }

    private void ReadResult(ref Utf8JsonReader reader)
    {
        while (reader.Next() == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("meta"u8))
            {
                reader.Next();
                Instrument = YahooInstrument.Read(JsonElement.ParseValue(ref reader));
            }
            else if (reader.ValueTextEquals("timestamp"u8))
            {
                ReadTimes(ref reader);
            }
            else if (reader.ValueTextEquals("events"u8))
            {
                reader.Next();
                ReadEvents(JsonElement.ParseValue(ref reader));
            }
            else if (reader.ValueTextEquals("indicators"u8))
            {
                ReadIndicators(ref reader);
            }
            else
            {
                reader.SkipValue();
            }
        }
    }

    private void ReadTimes(ref Utf8JsonReader reader)
    {
        if (reader.Next() != JsonTokenType.StartArray)
        {
            reader.Skip();
            return;
        }

        while (reader.Next() == JsonTokenType.Number)
            _times.Add(reader.TryGetInt64(out var time) ? time : throw new JsonException("A time is not a whole number of seconds."));
        if (reader.TokenType != JsonTokenType.EndArray)
            throw new JsonException("A time is not a number.");
    }

    private void ReadIndicators(ref Utf8JsonReader reader)
    {
        reader.Expect(JsonTokenType.StartObject, "'indicators' is not an object.");
        while (reader.Next() == JsonTokenType.PropertyName)
        {
            // Beside it there is "adjclose", adjusted for dividends too: nothing raw can be had from it.
            if (!reader.ValueTextEquals("quote"u8))
            {
                reader.SkipValue();
                continue;
            }

            reader.Expect(JsonTokenType.StartArray, "'quote' is not an array.");
            while (reader.Next() != JsonTokenType.EndArray)
                ReadQuote(ref reader);
        }
    }

    private void ReadQuote(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        while (reader.Next() == JsonTokenType.PropertyName)
        {
            var column = reader.ValueTextEquals("open"u8) ? _open
                : reader.ValueTextEquals("high"u8) ? _high
                : reader.ValueTextEquals("low"u8) ? _low
                : reader.ValueTextEquals("close"u8) ? _close
                : reader.ValueTextEquals("volume"u8) ? _volume
                : null;
            if (column is null || reader.Next() != JsonTokenType.StartArray)
            {
                if (column is null)
                    reader.Next();
                reader.Skip();
                continue;
            }

            ReadColumn(ref reader, column);
        }
    }

    private static void ReadColumn(ref Utf8JsonReader reader, List<RawValue> column)
    {
        while (reader.Next() != JsonTokenType.EndArray)
        {
            column.Add(reader.TokenType switch
            {
                JsonTokenType.Number => Single(reader.ValueSpan),
                JsonTokenType.Null => default,
                _ => throw new JsonException("A value is not a number."),
            });
        }
    }

    private static RawValue Single(ReadOnlySpan<byte> text) =>
        Utf8Parser.TryParse(text, out double number, out var used) && used == text.Length && double.IsFinite(number)
            ? YahooPrice.Meant(number)
            : throw new JsonException("A value is not a number.");

    private void ReadEvents(JsonElement events)
    {
        if (events.ValueKind != JsonValueKind.Object)
            return;

        foreach (var split in Items(events, "splits"))
        {
            if (Ratio(split) is { } ratio)
                Events.Add((At(split), CorporateActionKind.Split, ratio));
        }

        foreach (var dividend in Items(events, "dividends"))
        {
            if (Number(dividend, "amount") is > 0 and var amount)
                Events.Add((At(dividend), CorporateActionKind.Dividend, YahooPrice.Meant(amount)));
        }
    }

    /// <summary>New shares for an old one; null for what is no ratio.</summary>
    /// <remarks>
    /// "1:0" stands there for some mergers and new listings. It is taken for none, as by most users of these charts: prices cannot have been divided by it.
    /// </remarks>
    private static double? Ratio(JsonElement split)
    {
        if (Number(split, "numerator") is > 0 and var numerator && Number(split, "denominator") is > 0 and var denominator)
            return numerator / denominator;
        if (!split.TryGetProperty("splitRatio", out var text) || text.ValueKind != JsonValueKind.String)
            return null;

        return text.GetString()!.Split(':', '/') is [var to, var from]
            && double.TryParse(to, CultureInfo.InvariantCulture, out var shares) && double.TryParse(from, CultureInfo.InvariantCulture, out var old)
            && shares > 0 && old > 0 && double.IsFinite(shares / old)
            ? shares / old
            : null;
    }

    private static IEnumerable<JsonElement> Items(JsonElement events, string name) =>
        events.TryGetProperty(name, out var items) && items.ValueKind == JsonValueKind.Object
            ? items.EnumerateObject().Select(item => item.Value).Where(item => item.ValueKind == JsonValueKind.Object)
            : [];

    private static long At(JsonElement item) => item.TryGetProperty("date", out var date) && date.TryGetInt64(out var at)
        ? at
        : throw new JsonException("A split or dividend has no date.");

    private static double? Number(JsonElement item, string name) =>
        item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number) ? number : null;

    private static RawValue At(List<RawValue> column, int bar) => bar < column.Count ? column[bar] : default;

    private void Check()
    {
        foreach (var column in new[] { _open, _high, _low, _close, _volume })
        {
            if (_times.Count > 0 && column.Count > 0 && column.Count != _times.Count)
                throw new JsonException("The columns have another length than the times.");
        }

        if (_times.Count > 0 && _close.Count == 0)
            throw new JsonException("There are times and no prices.");
    }
}
