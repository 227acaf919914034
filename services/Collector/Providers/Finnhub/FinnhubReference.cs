using System.Text.Json;
using StocksDapr.Collector.Providers.Vendors;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;

namespace StocksDapr.Collector.Providers.Finnhub;

/// <summary>Reads <c>/stock/split</c>, <c>/stock/dividend</c> and <c>/quote</c>.</summary>
internal static class FinnhubReference
{
    /// <summary><c>[{"symbol": "AAPL", "date": "2020-08-31", "fromFactor": 1, "toFactor": 4}]</c>.</summary>
    /// <exception cref="JsonException">The body is not what the provider documents.</exception>
    public static IReadOnlyList<CorporateAction> ReadSplits(ReadOnlyMemory<byte> body, string symbol) =>
        Read(body, symbol, item => Number(item, "toFactor") is > 0 and var to && Number(item, "fromFactor") is > 0 and var from
            ? new CorporateAction(CorporateActionKind.Split, Date(item), to / from)
            : throw new JsonException("A split has no ratio."));

    /// <summary><c>[{"symbol": "AAPL", "date": "2019-11-07", "amount": 0.77, "adjustedAmount": 0.1925, …}]</c>; the amount is that which was paid.</summary>
    /// <exception cref="JsonException">The body is not what the provider documents.</exception>
    public static IReadOnlyList<CorporateAction> ReadDividends(ReadOnlyMemory<byte> body, string symbol) =>
        Read(body, symbol, item => Number(item, "amount") is { } amount
            ? amount > 0 ? new CorporateAction(CorporateActionKind.Dividend, Date(item), amount) : null
            : throw new JsonException("A dividend has no amount."));

    /// <summary>
    /// <c>{"c": 261.74, "h": 263.31, "l": 260.68, "o": 261.07, "pc": 259.45, "t": 1582641000}</c>; all zeros for a symbol that the provider does not know, and
    /// some zeros before the first trade of a session.
    /// </summary>
    /// <exception cref="JsonException">The body is not what the provider documents.</exception>
    public static SymbolAnswer<Quote> ReadQuote(ReadOnlyMemory<byte> body, DateTimeOffset now)
    {
        using var document = JsonDocument.Parse(body);
        var quote = document.RootElement;
        if (quote.ValueKind != JsonValueKind.Object || Number(quote, "c") is not { } price)
            throw new JsonException("The answer has no price.");
        if (price <= 0)
            return SymbolAnswer<Quote>.Failed(ProviderErrorKind.UnknownSymbol, "The provider does not know the symbol, or it has never traded.");

        return SymbolAnswer<Quote>.Of(new Quote(
            Number(quote, "t") is > 0 and var seconds && VendorJson.UnixTime(seconds) is { } at ? at : LastTrade(now),
            price, Price("o"), Price("h"), Price("l"), Price("pc"), VendorJson.Shares(Number(quote, "v"))));

        double? Price(string name) => VendorJson.Price(Number(quote, name));
    }

    /// <summary>Older answers have no time: then the quote is of the session under way, or of the end of the last one.</summary>
    private static DateTimeOffset LastTrade(DateTimeOffset now) =>
        ExchangeCalendar.UsEquities.LastOpenedSession(now) is { } session && session.Close < now ? session.Close : now;

    private static List<CorporateAction> Read(ReadOnlyMemory<byte> body, string symbol, Func<JsonElement, CorporateAction?> action)
    {
        using var document = JsonDocument.Parse(body);
        if (document.RootElement.ValueKind != JsonValueKind.Array)
            throw new JsonException("The answer is not an array.");

        var actions = new List<CorporateAction>();
        foreach (var item in document.RootElement.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Object)
                throw new JsonException("An action is not an object.");
            if (item.TryGetProperty("symbol", out var named) && named.ValueKind == JsonValueKind.String && !EchoedSymbol.IsSame(named.GetString()!, symbol))
                throw new JsonException("The answer is of another symbol than was asked.");
            if (action(item) is { } read)
                actions.Add(read);
        }

        return actions;
    }

    private static DateOnly Date(JsonElement item) =>
        item.TryGetProperty("date", out var date) && date.ValueKind == JsonValueKind.String && DateOnly.TryParseExact(date.GetString(), "yyyy-MM-dd", out var day)
            ? day
            : throw new JsonException("An action has no date.");

    private static double? Number(JsonElement item, string name) =>
        item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number) ? number : null;
}
