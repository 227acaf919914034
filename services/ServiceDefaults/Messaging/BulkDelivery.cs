using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace StocksDapr.ServiceDefaults.Messaging;

/// <summary>
/// Reads the body that Dapr posts for a bulk subscription: <c>{"entries":[{"entryId":…,"event":{…CloudEvent…}}]}</c>. Each entry is read on its
/// own, so that one that cannot be understood does not take the others with it.
/// </summary>
internal static class BulkDelivery
{
    /// <exception cref="BadHttpRequestException">The body as a whole is not a bulk delivery.</exception>
    public static async Task<List<Delivery<T>>> ReadAsync<T>(HttpRequest request, JsonSerializerOptions options, CancellationToken cancellationToken)
        where T : class
    {
        while (true)
        {
            var body = await request.BodyReader.ReadAsync(cancellationToken);
            if (!body.IsCompleted)
            {
                request.BodyReader.AdvanceTo(body.Buffer.Start, body.Buffer.End);
                continue;
            }

            try
            {
                return Read<T>(body.Buffer, options);
            }
            catch (JsonException e)
            {
                throw new BadHttpRequestException("The body is not a bulk delivery of Dapr.", e);
            }
            finally
            {
                request.BodyReader.AdvanceTo(body.Buffer.End);
            }
        }
    }

    internal static List<Delivery<T>> Read<T>(ReadOnlySequence<byte> body, JsonSerializerOptions options)
        where T : class
    {
        // A contiguous copy costs less than reading values that straddle segments.
        var length = checked((int)body.Length);
        var rented = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            body.CopyTo(rented);
            return Read<T>(rented.AsSpan(0, length), options);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private static List<Delivery<T>> Read<T>(ReadOnlySpan<byte> body, JsonSerializerOptions options)
        where T : class
    {
        var deliveries = new List<Delivery<T>>();
        var reader = new Utf8JsonReader(body);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("A bulk delivery is an object.");

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isEntries = reader.ValueTextEquals("entries"u8);
            reader.Read();
            if (!isEntries)
            {
                reader.Skip();
                continue;
            }

            if (reader.TokenType != JsonTokenType.StartArray)
                throw new JsonException("'entries' is an array.");
            while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
                deliveries.Add(ReadEntry<T>(ref reader, body, options));
        }

        return deliveries;
    }

    private static Delivery<T> ReadEntry<T>(ref Utf8JsonReader reader, ReadOnlySpan<byte> body, JsonSerializerOptions options)
        where T : class
    {
        string? entryId = null, eventId = null;
        Range data = default;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("entryId"u8))
            {
                reader.Read();
                entryId = reader.GetString();
            }
            else if (reader.ValueTextEquals("event"u8))
            {
                reader.Read();
                data = ReadData(ref reader, out eventId);
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        return Deserialize<T>(entryId ?? throw new JsonException("An entry has an 'entryId'."), body[data], options) with { EventId = eventId };
    }

    /// <summary>Where <c>data</c> stands in the body; empty when the event has none. Leaves the reader on the event's end.</summary>
    private static Range ReadData(ref Utf8JsonReader reader, out string? eventId)
    {
        Range data = default;
        eventId = null;
        if (reader.TokenType != JsonTokenType.StartObject)
            return data;

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isData = reader.ValueTextEquals("data"u8);
            var isId = reader.ValueTextEquals("id"u8);
            reader.Read();
            if (isId && reader.TokenType == JsonTokenType.String)
                eventId = reader.GetString();
            var start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (isData)
                data = start..(int)reader.BytesConsumed;
        }

        return data;
    }

    private static Delivery<T> Deserialize<T>(string entryId, ReadOnlySpan<byte> data, JsonSerializerOptions options)
        where T : class
    {
        if (data.IsEmpty)
            return new Delivery<T>(entryId, null, "The entry has no CloudEvent with JSON data.");

        try
        {
            return JsonSerializer.Deserialize<T>(data, options) is { } message
                ? new Delivery<T>(entryId, message, null)
                : new Delivery<T>(entryId, null, "The data is null.");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or NotSupportedException)
        {
            return new Delivery<T>(entryId, null, e.Message);
        }
    }
}
