using System.Text.Json;

namespace StocksDapr.Writer.DeadLetters;

/// <summary>What Writer looks at in a CloudEvent.</summary>
/// <param name="Id">The event's id, if it has one.</param>
/// <param name="Topic">The topic that it was published to, if it says so; dead letters keep it.</param>
/// <param name="Data">The JSON text of <c>data</c>, or the decoded <c>data_base64</c>; empty if there is neither.</param>
internal readonly record struct EventEnvelope(string? Id, string? Topic, ReadOnlyMemory<byte> Data)
{
    /// <exception cref="JsonException">This is no CloudEvent.</exception>
    public static EventEnvelope Read(ReadOnlyMemory<byte> text)
    {
        var reader = new Utf8JsonReader(text.Span);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("The event is not a CloudEvent.");

        string? id = null, topic = null;
        ReadOnlyMemory<byte> data = default;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isId = reader.ValueTextEquals("id"u8);
            var isTopic = reader.ValueTextEquals("topic"u8);
            var isData = reader.ValueTextEquals("data"u8);
            var isBinary = reader.ValueTextEquals("data_base64"u8);
            reader.Read();
            if (isData)
            {
                data = JsonSlice.Take(ref reader, text);
            }
            else if (reader.TokenType != JsonTokenType.String)
            {
                reader.Skip();
            }
            else if (isBinary)
            {
                data = reader.TryGetBytesFromBase64(out var bytes) ? bytes : throw new JsonException("'data_base64' is not base64.");
            }
            else if (isId)
            {
                id = reader.GetString();
            }
            else if (isTopic)
            {
                topic = reader.GetString();
            }
        }

        return new EventEnvelope(id, topic, data);
    }
}
