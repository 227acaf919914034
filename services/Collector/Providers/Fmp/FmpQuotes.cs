using System.Text.Json;
using StocksDapr.Collector.Providers.Vendors;

namespace StocksDapr.Collector.Providers.Fmp;

/// <summary>Reads <c>/quote</c>: an array with one quote, or with none for a symbol that the vendor does not know.</summary>
internal static class FmpQuotes
{
    public static IReadOnlyDictionary<string, SymbolAnswer<Quote>> Read(ReadOnlyMemory<byte> body, string symbol)
    {
        var reader = new Utf8JsonReader(body.Span);
        reader.Expect(JsonTokenType.StartArray, "The answer is not an array.");
        var answer = reader.Next() == JsonTokenType.StartObject
            ? ReadQuote(ref reader, symbol)
            : SymbolAnswer<Quote>.Failed(ProviderErrorKind.UnknownSymbol, $"The provider does not know {symbol}.");
        if (answer.Error is not { Kind: ProviderErrorKind.UnknownSymbol })
            reader.Expect(JsonTokenType.EndArray, "The answer has more than one quote.");
        else if (reader.TokenType != JsonTokenType.EndArray)
            throw new JsonException("A quote is not an object.");

        reader.ExpectEnd();
        return new Dictionary<string, SymbolAnswer<Quote>>(StringComparer.Ordinal) { [symbol] = answer };
    }

    private static SymbolAnswer<Quote> ReadQuote(ref Utf8JsonReader reader, string symbol)
    {
        string? theirs = null;
        double? at = null, price = null, open = null, high = null, low = null, previousClose = null, volume = null;
        while (reader.Next() == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("symbol"u8))
                theirs = reader.NextText();
            else if (reader.ValueTextEquals("timestamp"u8))
                at = reader.NextNumber();
            else if (reader.ValueTextEquals("price"u8))
                price = reader.NextNumber();
            else if (reader.ValueTextEquals("open"u8))
                open = reader.NextNumber();
            else if (reader.ValueTextEquals("dayHigh"u8))
                high = reader.NextNumber();
            else if (reader.ValueTextEquals("dayLow"u8))
                low = reader.NextNumber();
            else if (reader.ValueTextEquals("previousClose"u8))
                previousClose = reader.NextNumber();
            else if (reader.ValueTextEquals("volume"u8))
                volume = reader.NextNumber();
            else
                reader.SkipValue();
        }

        if (!FmpSymbols.Is(theirs, symbol))
            return SymbolAnswer<Quote>.Failed(ProviderErrorKind.Malformed, $"The answer is about another symbol than {symbol}.");
        return price is > 0 and var last && VendorJson.UnixTime(at) is { } time
            ? SymbolAnswer<Quote>.Of(new Quote(
                time, last, VendorJson.Price(open), VendorJson.Price(high), VendorJson.Price(low), VendorJson.Price(previousClose), VendorJson.Shares(volume)))
            : SymbolAnswer<Quote>.Failed(ProviderErrorKind.Malformed, "The quote has no price or no time.");
    }
}
