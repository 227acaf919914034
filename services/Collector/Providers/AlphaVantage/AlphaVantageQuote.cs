using System.Text.Json;
using StocksDapr.Collector.Providers.Vendors;
using StocksDapr.Market;

namespace StocksDapr.Collector.Providers.AlphaVantage;

/// <summary>Reads <c>GLOBAL_QUOTE</c>: <c>{"Global Quote": {"01. symbol": "MSFT", "05. price": "112.1300", …}}</c>.</summary>
internal static class AlphaVantageQuote
{
    /// <remarks>
    /// The answer has a day and no time: the quote is of the end of that day's session, or of <paramref name="now"/> while it is under way.
    /// </remarks>
    /// <exception cref="JsonException">The body is not what the provider documents, or of another symbol.</exception>
    public static Quote Read(ReadOnlyMemory<byte> body, string symbol, DateTimeOffset now)
    {
        var reader = new Utf8JsonReader(body.Span);
        reader.Expect(JsonTokenType.StartObject, "The answer is not an object.");

        // "Global Quote - DATA DELAYED BY 15 MINUTES" with some plans.
        reader.Expect(JsonTokenType.PropertyName, "The answer has no quote.");
        if (!reader.ValueSpan.StartsWith("Global Quote"u8))
            throw new JsonException("The answer has no quote.");
        reader.Expect(JsonTokenType.StartObject, "The quote is not an object.");

        string? named = null, day = null;
        double? price = null, open = null, high = null, low = null, previousClose = null, volume = null;
        while (reader.Next() == JsonTokenType.PropertyName)
        {
            var field = reader.GetString()!;
            switch (field.AsSpan(field.IndexOf(". ", StringComparison.Ordinal) is >= 0 and var number ? number + 2 : 0))
            {
                case "symbol":
                    named = reader.NextText();
                    break;
                case "latest trading day":
                    day = reader.NextText();
                    break;
                case "price":
                    price = reader.NextNumber();
                    break;
                case "open":
                    open = reader.NextNumber();
                    break;
                case "high":
                    high = reader.NextNumber();
                    break;
                case "low":
                    low = reader.NextNumber();
                    break;
                case "previous close":
                    previousClose = reader.NextNumber();
                    break;
                case "volume":
                    volume = reader.NextNumber();
                    break;
                default:
                    reader.SkipValue();
                    break;
            }
        }

        reader.Expect(JsonTokenType.EndObject, "Something follows the quote.");
        reader.ExpectEnd();
        if (!string.Equals(named, symbol, StringComparison.OrdinalIgnoreCase))
            throw new JsonException("The quote is of another symbol than was asked.");
        if (price is not (> 0 and var last) || !DateOnly.TryParseExact(day, "yyyy-MM-dd", out var date))
            throw new JsonException("The quote has no price or no day.");

        return new Quote(At(date, now), last, Price(open), Price(high), Price(low), Price(previousClose), VendorJson.Shares(volume));
    }

    private static double? Price(double? value) => value > 0 ? value : null;

    private static DateTimeOffset At(DateOnly day, DateTimeOffset now)
    {
        var close = ExchangeCalendar.UsEquities.TryGetSession(day, out var session)
            ? session.Close
            : NewYorkTime.ToInstant(day, new TimeOnly(16, 0));
        return close < now ? close : now;
    }
}
