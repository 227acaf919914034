using System.Globalization;
using StocksDapr.Market;

namespace StocksDapr.Vendors.AlphaVantage;

/// <summary>Option chains as Alpha Vantage answers them: text for numbers, 0.00 for no quote, and an artificial sample for those who have not paid.</summary>
internal static class AlphaVantageChains
{
    private const string Sample = """
        {
            "endpoint": "Realtime Options",
            "message": "This is a premium endpoint. ***THE SAMPLE DATA SCHEMA BELOW IS ARTIFICIAL AND FOR ILLUSTRATION PURPOSES ONLY***. To access the actual data, please subscribe to either the 600 requests per minute or the 1200 requests per minute premium plan at https://www.alphavantage.co/premium/.",
            "data": [
                {"contractID": "XXYYZZ999999C00020000", "symbol": "XXYYZZ", "expiration": "2099-99-99", "strike": "20.00", "type": "call", "last": "100.00",
                 "mark": "100.10", "bid": "100.05", "bid_size": "100", "ask": "100.15", "ask_size": "100", "volume": "100", "open_interest": "100", "date": "2049-99-99"}
            ]
        }
        """;

    public static EmulatedAnswer Of(string function, string symbol, bool isPaid, DateTimeOffset now)
    {
        if (function == "REALTIME_OPTIONS" && !isPaid)
            return EmulatedAnswer.Ok(Sample);

        var (near, far) = (OptionExpiries.Monthly(now), OptionExpiries.Monthly(now, monthsLater: 3));
        var quoted = ExchangeCalendar.UsEquities.LastCompletedSession(now)!.Value.Date;
        return EmulatedAnswer.Ok($$"""
            {
                "endpoint": "Historical Options",
                "message": "success",
                "data": [
                    {{Contract(symbol, quoted, near, "C", "270.00", "9.15", "9.05", "9.30", "143", "2210", "0.24113")}},
                    {{Contract(symbol, quoted, near, "P", "270.00", "0.00", "0.00", "7.40", "0", "0", "0.00000")}},
                    {{Contract(symbol, quoted, far, "C", "272.50", "18.20", "17.95", "18.40", "5", "77", "0.26000")}}
                ]
            }
            """);
    }

    private static string Contract(
        string symbol, DateOnly quoted, DateOnly expiry, string type, string strike, string last, string bid, string ask, string volume, string openInterest, string implied) =>
        $$"""
        {"contractID": "{{symbol}}{{expiry:yyMMdd}}{{type}}{{(int)(double.Parse(strike, CultureInfo.InvariantCulture) * 1000):00000000}}", "symbol": "{{symbol}}",
         "expiration": "{{expiry:yyyy-MM-dd}}", "strike": "{{strike}}", "type": "{{(type == "C" ? "call" : "put")}}", "last": "{{last}}", "mark": "{{ask}}", "bid": "{{bid}}", "bid_size": "10",
         "ask": "{{ask}}", "ask_size": "12", "volume": "{{volume}}", "open_interest": "{{openInterest}}", "date": "{{quoted:yyyy-MM-dd}}", "implied_volatility": "{{implied}}",
         "delta": "0.55112", "gamma": "0.01400", "theta": "-0.11000", "vega": "0.31000", "rho": "0.09000"}
        """;
}
