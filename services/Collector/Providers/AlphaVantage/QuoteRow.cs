using System.Text;
using System.Text.Json;
using StocksDapr.Collector.Csv;
using StocksDapr.Collector.Providers.Vendors;
using StocksDapr.Market;

namespace StocksDapr.Collector.Providers.AlphaVantage;

/// <summary>
/// <c>GLOBAL_QUOTE</c>: <c>{"Global Quote": {"01. symbol": "MSFT", "05. price": "112.1300", "07. latest trading day": "2018-10-05", …}}</c>, or a line of CSV
/// with <c>symbol,open,high,low,price,volume,latestDay,previousClose</c>.
/// </summary>
internal struct QuoteRow
{
    private string? _symbol;
    private string? _day;
    private double? _price;
    private double? _open;
    private double? _high;
    private double? _low;
    private double? _previousClose;
    private double? _volume;

    /// <remarks>
    /// The answer has a day and no time: the quote is of the end of that day's session, or of <paramref name="now"/> while it is under way.
    /// </remarks>
    /// <exception cref="JsonException">The body is not what the provider documents, or of another symbol.</exception>
    public static Quote Read(ReadOnlyMemory<byte> body, string symbol, DateTimeOffset now)
    {
        if (AlphaVantageTable<QuoteRow>.Read(body, Take, "symbol", "price", "latestDay").Rows is not [var row])
            throw new JsonException("The answer has no quote, or several.");
        if (row._symbol is null || !EchoedSymbol.IsSame(row._symbol, symbol))
            throw new JsonException("The quote is of another symbol than was asked.");
        if (row._price is not (> 0 and var last) || !DateOnly.TryParseExact(row._day, "yyyy-MM-dd", out var date))
            throw new JsonException("The quote has no price or no day.");

        return new Quote(
            At(date, now), last, VendorJson.Price(row._open), VendorJson.Price(row._high), VendorJson.Price(row._low), VendorJson.Price(row._previousClose),
            VendorJson.Shares(row._volume));
    }

    private static void Take(ref QuoteRow row, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (name.SequenceEqual("symbol"u8))
            row._symbol = Encoding.UTF8.GetString(value);
        else if (name.SequenceEqual("latest_trading_day"u8) || name.SequenceEqual("latestDay"u8))
            row._day = Encoding.UTF8.GetString(value);
        else if (name.SequenceEqual("price"u8))
            row._price = Number(value);
        else if (name.SequenceEqual("open"u8))
            row._open = Number(value);
        else if (name.SequenceEqual("high"u8))
            row._high = Number(value);
        else if (name.SequenceEqual("low"u8))
            row._low = Number(value);
        else if (name.SequenceEqual("previous_close"u8) || name.SequenceEqual("previousClose"u8))
            row._previousClose = Number(value);
        else if (name.SequenceEqual("volume"u8))
            row._volume = Number(value);
    }

    private static double? Number(ReadOnlySpan<byte> value) => NumberText.Read(value, commaDelimited: true).Number;

    private static DateTimeOffset At(DateOnly day, DateTimeOffset now)
    {
        var close = ExchangeCalendar.UsEquities.TryGetSession(day, out var session)
            ? session.Close
            : NewYorkTime.ToInstant(day, new TimeOnly(16, 0));
        return close < now ? close : now;
    }
}
