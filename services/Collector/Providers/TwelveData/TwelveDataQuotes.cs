using System.Text.Json;
using StocksDapr.Collector.Providers.Vendors;

namespace StocksDapr.Collector.Providers.TwelveData;

/// <summary>Reads <c>/quote</c>: the session so far, its last price as <c>close</c>.</summary>
internal static class TwelveDataQuotes
{
    public static IReadOnlyDictionary<string, SymbolAnswer<Quote>> Read(ReadOnlyMemory<byte> body, TwelveDataBatch batch) =>
        TwelveDataAnswer.Read(body, batch, ReadSymbol, error => error.ToAnswer<Quote>());

    private static SymbolAnswer<Quote> ReadSymbol(ref Utf8JsonReader reader, string symbol)
    {
        var parts = new TwelveDataError.Parts();
        string? theirs = null;
        double? bar = null, last = null, open = null, high = null, low = null, close = null, previousClose = null, volume = null;
        while (reader.Next() == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("symbol"u8))
                theirs = reader.NextText();
            else if (reader.ValueTextEquals("timestamp"u8))
                bar = reader.NextNumber();
            else if (reader.ValueTextEquals("last_quote_at"u8))
                last = reader.NextNumber();
            else if (reader.ValueTextEquals("open"u8))
                open = reader.NextNumber();
            else if (reader.ValueTextEquals("high"u8))
                high = reader.NextNumber();
            else if (reader.ValueTextEquals("low"u8))
                low = reader.NextNumber();
            else if (reader.ValueTextEquals("close"u8))
                close = reader.NextNumber();
            else if (reader.ValueTextEquals("previous_close"u8))
                previousClose = reader.NextNumber();
            else if (reader.ValueTextEquals("volume"u8))
                volume = reader.NextNumber();
            else if (!parts.TryTake(ref reader))
                reader.SkipValue();
        }

        if (parts.Error is { } error)
            return error.ToAnswer<Quote>();
        if (new TwelveDataMeta(theirs, null, null).WrongFor(symbol) is { } wrong)
            return new SymbolAnswer<Quote>(null, wrong);
        return close is > 0 and var price && VendorJson.UnixTime(last ?? bar) is { } at
            ? SymbolAnswer<Quote>.Of(new Quote(
                at, price, VendorJson.Price(open), VendorJson.Price(high), VendorJson.Price(low), VendorJson.Price(previousClose), VendorJson.Shares(volume)))
            : SymbolAnswer<Quote>.Failed(ProviderErrorKind.Malformed, "The quote has no price or no time.");
    }
}
