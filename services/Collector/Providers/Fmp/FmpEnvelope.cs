using System.Text.Json;
using StocksDapr.Collector.Providers.Vendors;

namespace StocksDapr.Collector.Providers.Fmp;

/// <summary>Reads the rows of one symbol; the reader stands on the opening bracket of their array and is left on its closing one.</summary>
internal delegate void ReadRows(ref Utf8JsonReader reader);

/// <summary>
/// What the vendor puts around rows. Its stable endpoints answer an array alone. The older ones, which proxies and recordings still speak, answer an object with
/// <c>symbol</c> and <c>historical</c>, or one with <c>historicalStockList</c>, an array of such objects; an empty object for a symbol that they do not know.
/// </summary>
internal static class FmpEnvelope
{
    /// <summary>Reads an answer to its end. False when it is the older form's way to say that it does not know the symbol.</summary>
    public static bool Read(ReadOnlyMemory<byte> body, string symbol, ReadRows read)
    {
        var reader = new Utf8JsonReader(body.Span);
        var found = true;
        switch (reader.Next())
        {
            case JsonTokenType.StartArray:
                read(ref reader);
                break;
            case JsonTokenType.StartObject:
                found = ReadObject(ref reader, symbol, read) ?? throw new JsonException("The answer is an object without bars or actions.");
                break;
            default:
                throw new JsonException("The answer is neither an array nor an object.");
        }

        reader.ExpectEnd();
        return found;
    }

    /// <summary>True when the object has rows of the symbol, false when it is empty or about other symbols, null when it is something else.</summary>
    private static bool? ReadObject(ref Utf8JsonReader reader, string symbol, ReadRows read, bool mustBeNamed = false)
    {
        string? theirs = null;
        bool? found = null;
        var isEmpty = true;
        var hasRows = false;
        Utf8JsonReader rows = default;
        while (reader.Next() == JsonTokenType.PropertyName)
        {
            isEmpty = false;
            if (reader.ValueTextEquals("symbol"u8))
            {
                theirs = reader.NextText();
            }
            else if (reader.ValueTextEquals("historical"u8))
            {
                // Whose they are may still be to come.
                reader.Expect(JsonTokenType.StartArray, "'historical' is not an array.");
                rows = reader;
                hasRows = true;
                reader.Skip();
            }
            else if (reader.ValueTextEquals("historicalStockList"u8))
            {
                reader.Expect(JsonTokenType.StartArray, "'historicalStockList' is not an array.");
                found = ReadList(ref reader, symbol, read);
            }
            else
            {
                reader.SkipValue();
            }
        }

        if (!hasRows)
            return isEmpty ? false : found;
        if ((theirs is null && mustBeNamed) || !FmpSymbols.Is(theirs, symbol))
            return found ?? false;

        read(ref rows);
        return true;
    }

    private static bool ReadList(ref Utf8JsonReader reader, string symbol, ReadRows read)
    {
        var found = false;
        while (reader.Next() == JsonTokenType.StartObject)
            found |= ReadObject(ref reader, symbol, read, mustBeNamed: true) ?? false;
        return reader.TokenType == JsonTokenType.EndArray ? found : throw new JsonException("An element of 'historicalStockList' is not an object.");
    }
}
