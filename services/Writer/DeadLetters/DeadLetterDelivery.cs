using System.Text.Json;

namespace StocksDapr.Writer.DeadLetters;

/// <summary>
/// A bulk delivery of dead letters, cut into its envelopes. Other subscriptions read the data of each event; here the envelope counts as a
/// whole, and what it carries may be anything.
/// </summary>
internal static class DeadLetterDelivery
{
    /// <summary>An entry; the envelope is a slice of the request's body.</summary>
    public readonly record struct Entry(string Id, ReadOnlyMemory<byte> Envelope);

    /// <exception cref="JsonException">This is no bulk delivery.</exception>
    public static IReadOnlyList<Entry> Read(ReadOnlyMemory<byte> body)
    {
        var entries = new List<Entry>();
        var reader = new Utf8JsonReader(body.Span);
        Expect(reader.Read() && reader.TokenType == JsonTokenType.StartObject);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isEntries = reader.ValueTextEquals("entries"u8);
            reader.Read();
            if (!isEntries)
            {
                reader.Skip();
                continue;
            }

            Expect(reader.TokenType == JsonTokenType.StartArray);
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                entries.Add(ReadEntry(ref reader, body));
        }

        Expect(reader.TokenType == JsonTokenType.EndObject);
        return entries;
    }

    private static Entry ReadEntry(ref Utf8JsonReader reader, ReadOnlyMemory<byte> body)
    {
        Expect(reader.TokenType == JsonTokenType.StartObject);
        string? id = null;
        ReadOnlyMemory<byte> envelope = default;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isId = reader.ValueTextEquals("entryId"u8);
            var isEvent = reader.ValueTextEquals("event"u8);
            reader.Read();
            if (isId && reader.TokenType == JsonTokenType.String)
                id = reader.GetString();
            else if (isEvent)
                envelope = JsonSlice.Take(ref reader, body);
            else
                reader.Skip();
        }

        Expect(id is not null);
        return new Entry(id!, envelope);
    }

    private static void Expect(bool condition)
    {
        if (!condition)
            throw new JsonException("A bulk delivery is an object with 'entries', each an object with 'entryId' and 'event'.");
    }
}
