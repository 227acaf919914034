using System.Text.Json;
using System.Text.Json.Serialization;

namespace StocksDapr.Sdk.Client;

public sealed record Order(int OrderId, string? Name = null);

public sealed record Price(decimal Amount);

/// <summary>Writes a price as text, as a service's own converter might.</summary>
internal sealed class PriceConverter : JsonConverter<Price>
{
    public override Price Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        new(decimal.Parse(reader.GetString()![4..], System.Globalization.CultureInfo.InvariantCulture));

    public override void Write(Utf8JsonWriter writer, Price value, JsonSerializerOptions options) =>
        writer.WriteStringValue(FormattableString.Invariant($"USD {value.Amount}"));
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(Order))]
internal sealed partial class OrderJson : JsonSerializerContext;
