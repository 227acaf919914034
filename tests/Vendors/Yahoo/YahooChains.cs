using System.Globalization;
using StocksDapr.Market;

namespace StocksDapr.Vendors.Yahoo;

/// <summary>Option chains as Yahoo answers them, one expiry at a time: of AAPL, three expiries.</summary>
internal static class YahooChains
{
    public static string Of(string vendorSymbol, bool isKnown, string? date, DateTimeOffset now)
    {
        if (!isKnown)
            return """{"optionChain":{"result":[],"error":null}}""";
        if (vendorSymbol != "AAPL")
            return $$$"""{"optionChain":{"result":[{"underlyingSymbol":"{{{vendorSymbol}}}","expirationDates":[],"strikes":[],"hasMiniOptions":false,"quote":{},"options":[]}],"error":null}}""";

        DateOnly[] expiries = [OptionExpiries.Weekly(now), OptionExpiries.Monthly(now), OptionExpiries.Monthly(now, monthsLater: 3)];
        var session = ExchangeCalendar.UsEquities.LastCompletedSession(now)!.Value;
        var (traded, tradedBefore) = (session.Close.AddMinutes(-5).ToUnixTimeSeconds(), ExchangeCalendar.UsEquities.PreviousSession(session.Date)!.Value.Close.AddMinutes(-5).ToUnixTimeSeconds());
        var expiry = string.IsNullOrEmpty(date) ? Seconds(expiries[0]) : long.Parse(date, CultureInfo.InvariantCulture);
        return $$$"""
            {"optionChain":{"result":[{"underlyingSymbol":"AAPL","expirationDates":[{{{string.Join(',', expiries.Distinct().Select(Seconds))}}}],"strikes":[270,272.5],"hasMiniOptions":true,
            "quote":{"quoteType":"EQUITY","currency":"USD","regularMarketPrice":278.78,"regularMarketTime":{{{session.Close.AddSeconds(2).ToUnixTimeSeconds()}}},"symbol":"AAPL"},
            "options":[{"expirationDate":{{{expiry}}},"hasMiniOptions":false,
            "calls":[
            {"contractSymbol":"AAPL{{{Day(expiry)}}}C00270000","strike":270,"currency":"USD","lastPrice":9.15,"change":0,"percentChange":0,"volume":143,"openInterest":2210,"bid":9.05,"ask":9.3,"contractSize":"REGULAR","expiration":{{{expiry}}},"lastTradeDate":{{{traded}}},"impliedVolatility":0.24113,"inTheMoney":true},
            {"contractSymbol":"AAPL7{{{Day(expiry)}}}C00270000","strike":270,"currency":"USD","lastPrice":9.15,"bid":9.05,"ask":9.3,"contractSize":"MINI","expiration":{{{expiry}}},"lastTradeDate":{{{traded}}},"impliedVolatility":0.24113}],
            "puts":[
            {"contractSymbol":"AAPL{{{Day(expiry)}}}P00272500","strike":272.5,"currency":"USD","lastPrice":3.1,"change":0,"percentChange":0,"openInterest":0,"bid":0,"ask":0,"contractSize":"REGULAR","expiration":{{{expiry}}},"lastTradeDate":{{{tradedBefore}}},"impliedVolatility":1.0000000000000003e-05,"inTheMoney":false}]}]}],"error":null}}
            """;
    }

    private static long Seconds(DateOnly day) => new DateTimeOffset(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero).ToUnixTimeSeconds();

    private static string Day(long expiry) => DateTimeOffset.FromUnixTimeSeconds(expiry).ToString("yyMMdd", CultureInfo.InvariantCulture);
}
