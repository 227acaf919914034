using System.Text.Json;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;

namespace StocksDapr.Contracts.Json;

/// <summary>What <see cref="RawBars"/> and <see cref="CleanBars"/> begin with: schema, symbol, interval, provenance.</summary>
internal ref struct BatchHead
{
    private int? _schema;

    public string? Symbol { get; private set; }

    public Interval? Interval { get; private set; }

    public Provenance? Provenance { get; private set; }

    public static void Write(Utf8JsonWriter writer, int schema, string symbol, Interval interval, Provenance provenance, JsonSerializerOptions options)
    {
        writer.WriteNumber("schema"u8, schema);
        writer.WriteString("symbol"u8, symbol);
        writer.WriteString("interval"u8, interval.Code);
        writer.WritePropertyName("provenance"u8);
        JsonSerializer.Serialize(writer, provenance, options);
    }

    public static void EnsureObject(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("An object belongs here.");
    }

    /// <summary>Moves to the next property name of this object; false at its end.</summary>
    public static bool NextName(ref Utf8JsonReader reader)
    {
        reader.Advance();
        return reader.TokenType == JsonTokenType.PropertyName;
    }

    /// <summary>Moves to the next property that is not part of the head, which is read on the way; false at the object's end.</summary>
    public bool NextProperty(ref Utf8JsonReader reader, JsonSerializerOptions options)
    {
        while (NextName(ref reader))
        {
            if (reader.ValueTextEquals("schema"u8))
            {
                reader.Advance();
                _schema = reader.GetInt32();
            }
            else if (reader.ValueTextEquals("symbol"u8))
            {
                reader.Advance();
                Symbol = reader.GetString();
            }
            else if (reader.ValueTextEquals("interval"u8))
            {
                reader.Advance();
                Interval = JsonSerializer.Deserialize<Interval>(ref reader, options);
            }
            else if (reader.ValueTextEquals("provenance"u8))
            {
                reader.Advance();
                Provenance = JsonSerializer.Deserialize<Provenance>(ref reader, options);
            }
            else
            {
                return true;
            }
        }

        return false;
    }

    public readonly void Check(int schema)
    {
        if (_schema != schema)
            throw new JsonException($"The message has schema {_schema?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "none"}; this reader knows {schema}.");
        if (!Market.Symbol.IsValid(Symbol))
            throw new JsonException("'symbol' is missing or not a symbol.");
        if (Interval is null)
            throw new JsonException("'interval' is missing.");
        if (Provenance is not { Provider.Length: > 0, RequestId.Length: > 0 })
            throw new JsonException("'provenance' needs provider, requestId and fetchedAt.");
    }
}
