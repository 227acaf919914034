using System.Text.Json;
using System.Text.Json.Serialization;
using StocksDapr.Contracts.Messages;

namespace StocksDapr.Contracts.Json;

/// <summary>Reads and writes <see cref="RawBars"/> without an intermediate form: it is on the hot path of every bar.</summary>
internal sealed class RawBarsConverter : JsonConverter<RawBars>
{
    public override RawBars Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var head = new BatchHead();
        List<RawBar>? bars = null;
        BatchHead.EnsureObject(ref reader);
        while (head.NextProperty(ref reader, options))
        {
            if (reader.ValueTextEquals("bars"u8))
            {
                reader.Advance();
                bars = ReadBars(ref reader);
            }
            else
            {
                reader.Advance();
                reader.Skip();
            }
        }

        head.Check(RawBars.Schema);
        return new RawBars(
            head.Symbol!, head.Interval!, head.Provenance!, bars is { Count: > 0 and <= RawBars.MaxBars } ? bars : throw new JsonException($"A message has 1 to {RawBars.MaxBars} bars."));
    }

    public override void Write(Utf8JsonWriter writer, RawBars value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        BatchHead.Write(writer, RawBars.Schema, value.Symbol, value.Interval, value.Provenance, options);
        BarArray.WriteAll(writer, value.Bars, value.Interval);
        writer.WriteEndObject();
    }

    private static List<RawBar> ReadBars(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            throw new JsonException("'bars' is an array of bars.");

        var bars = new List<RawBar>(256);
        while (true)
        {
            reader.Advance();
            if (reader.TokenType == JsonTokenType.EndArray)
                return bars;
            bars.Add(BarArray.ReadRaw(ref reader));
        }
    }
}
