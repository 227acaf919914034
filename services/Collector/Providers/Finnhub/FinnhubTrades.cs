using System.Text.Json;
using StocksDapr.Collector.Providers.Vendors;

namespace StocksDapr.Collector.Providers.Finnhub;

/// <summary>
/// Reads a message of the stream: <c>{"type": "trade", "data": [{"s": "AAPL", "p": 278.7, "t": 1764968100123, "v": 100, "c": ["1", "12"]}]}</c>, several trades
/// at a time; <c>{"type": "ping"}</c>; <c>{"type": "error", "msg": "…"}</c>.
/// </summary>
/// <remarks>
/// Trade conditions (<c>c</c>) are passed over: what their codes mean is not part of the provider's documentation. Trades before and after the session are
/// told by their time.
/// </remarks>
internal static class FinnhubTrades
{
    /// <summary>Adds the trades of a message that are of one of the symbols and have a price and a time; whatever else it holds is passed over.</summary>
    /// <returns>What the message says is wrong; null when it says nothing of the kind.</returns>
    /// <exception cref="JsonException">It is not a message of the stream.</exception>
    public static string? Read(ReadOnlySpan<byte> message, HashSet<string> symbols, List<LiveTrade> trades)
    {
        var reader = new Utf8JsonReader(message);
        reader.Expect(JsonTokenType.StartObject, "The message is not an object.");
        string? type = null, error = null;
        while (reader.Next() == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("type"u8))
                type = reader.NextText();
            else if (reader.ValueTextEquals("msg"u8))
                error = reader.NextText();
            else if (reader.ValueTextEquals("data"u8))
                ReadTrades(ref reader, symbols, trades);
            else
                reader.SkipValue();
        }

        reader.ExpectEnd();
        switch (type)
        {
            case "trade":
                return null;
            case "error":
                trades.Clear();
                return error ?? "";
            case null:
                throw new JsonException("The message has no type.");
            default:
                trades.Clear();
                return null;
        }
    }

    private static void ReadTrades(ref Utf8JsonReader reader, HashSet<string> symbols, List<LiveTrade> trades)
    {
        if (reader.Next() != JsonTokenType.StartArray)
        {
            reader.Skip();
            return;
        }

        while (reader.Next() == JsonTokenType.StartObject)
        {
            string? symbol = null;
            double? price = null, milliseconds = null, volume = null;
            while (reader.Next() == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("s"u8))
                    symbol = reader.NextText();
                else if (reader.ValueTextEquals("p"u8))
                    price = reader.NextNumber();
                else if (reader.ValueTextEquals("t"u8))
                    milliseconds = reader.NextNumber();
                else if (reader.ValueTextEquals("v"u8))
                    volume = reader.NextNumber();
                else
                    reader.SkipValue();
            }

            if (symbol is not null && symbols.TryGetValue(symbol, out var ours) && price is > 0 and < 1e12 && milliseconds is > 0 and < 253_402_300_799_000)
                trades.Add(new LiveTrade(ours, DateTimeOffset.FromUnixTimeMilliseconds((long)milliseconds.Value), price.Value, VendorJson.Shares(volume) ?? 0));
        }

        if (reader.TokenType != JsonTokenType.EndArray)
            throw new JsonException("A trade is not an object.");
    }
}
