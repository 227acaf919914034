using System.Text.Json;
using System.Text.Json.Serialization;
using StocksDapr.Market;

namespace StocksDapr.Contracts.Json;

/// <summary>An interval is its code, such as <c>15min</c>.</summary>
internal sealed class IntervalConverter : JsonConverter<Interval>
{
    public override Interval Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Interval.TryParse(reader.GetString(), out var interval)
            ? interval
            : throw new JsonException($"An interval is one of {string.Join(", ", Interval.All)}.");

    public override void Write(Utf8JsonWriter writer, Interval value, JsonSerializerOptions options) => writer.WriteStringValue(value.Code);
}
