using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;

namespace StocksDapr.Vendors.AlphaVantage;

/// <summary>
/// Alpha Vantage as it answers: everything is status 200; JSON with numbered names and text for numbers, newest first, or CSV; New York's time; refusals as
/// one sentence, in JSON also when CSV was asked for; the free plan's limits on what may be asked.
/// </summary>
public sealed class AlphaVantageEmulator(EmulatedMarket market, TimeProvider clock) : VendorEmulator(market, clock)
{
    private const string PerMinute = "Thank you for using Alpha Vantage! Our standard API call frequency is 5 calls per minute and 500 calls per day. Please visit https://www.alphavantage.co/premium/ if you would like to target a higher API call frequency.";
    private const string PerDay = "We have detected your API key as " + GoodKey + " and our standard API rate limit is 25 requests per day. Please subscribe to any of the premium plans at https://www.alphavantage.co/premium/ to instantly remove all daily rate limits.";
    private const string FullIsPremium = "Thank you for using Alpha Vantage! The outputsize=full parameter value is a premium feature for the TIME_SERIES_DAILY endpoint. You may subscribe to any of the premium plans at https://www.alphavantage.co/premium/ to instantly unlock all premium features";
    private const string IsPremium = "Thank you for using Alpha Vantage! This is a premium endpoint. You may subscribe to any of the premium plans at https://www.alphavantage.co/premium/ to instantly unlock all premium endpoints";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private static readonly string[] Functions =
    [
        "TIME_SERIES_DAILY", "TIME_SERIES_DAILY_ADJUSTED", "TIME_SERIES_INTRADAY", "SPLITS", "DIVIDENDS", "GLOBAL_QUOTE", "HISTORICAL_OPTIONS", "REALTIME_OPTIONS",
    ];

    /// <summary>Whether keys have a paid plan.</summary>
    public bool IsPaid { get; set; }

    /// <summary>Names bars by their end and has extended hours whatever is asked, as it was until 2023.</summary>
    public bool IsOld { get; set; }

    protected override string? KeyOf(HttpRequest request) => request.Query["apikey"];

    protected override EmulatedAnswer AnswerToWrongKey() => Error(
        "the parameter apikey is invalid or missing. Please claim your free API key on (https://www.alphavantage.co/support/#api-key). It should take less than 20 seconds.");

    protected override EmulatedAnswer AnswerToLimit(BudgetState state) =>
        state.MinutePassed ? Says("Note", PerMinute) : Says("Information", PerDay);

    protected override EmulatedAnswer Answer(HttpRequest request)
    {
        string function = request.Query["function"]!;
        if (request.Path != "/query" || !Functions.Contains(function))
            Violate($"{request.Path} {function}");

        var vendorSymbol = request.Query["symbol"].ToString();
        var symbol = vendorSymbol.Replace('-', '.');
        var isFull = request.Query["outputsize"] == "full";
        if (vendorSymbol.Contains('.', StringComparison.Ordinal) || !EmulatedMarket.Knows(symbol) || symbol == EmulatedMarket.Index)
        {
            return function switch
            {
                "GLOBAL_QUOTE" => EmulatedAnswer.Ok("""{"Global Quote": {}}"""),
                "SPLITS" or "DIVIDENDS" => Json(new JsonObject { ["symbol"] = vendorSymbol, ["data"] = new JsonArray() }),
                _ => Error($"Invalid API call. Please retry or visit the documentation (https://www.alphavantage.co/documentation/) for {function}."),
            };
        }

        if (!IsPaid && function == "TIME_SERIES_DAILY_ADJUSTED")
            return Says("Information", IsPremium);
        if (!IsPaid && isFull && function == "TIME_SERIES_DAILY")
            return Says("Information", FullIsPremium);

        return function switch
        {
            "TIME_SERIES_INTRADAY" => Intraday(request, symbol),
            "SPLITS" => Actions(symbol, CorporateActionKind.Split),
            "DIVIDENDS" => Actions(symbol, CorporateActionKind.Dividend),
            "GLOBAL_QUOTE" => QuoteOf(symbol),
            "HISTORICAL_OPTIONS" or "REALTIME_OPTIONS" => AlphaVantageChains.Of(function, symbol, IsPaid, Clock.GetUtcNow()),
            _ => Daily(symbol, function == "TIME_SERIES_DAILY_ADJUSTED", isFull, request.Query["datatype"] == "csv"),
        };
    }

    private EmulatedAnswer Daily(string symbol, bool isAdjusted, bool isFull, bool isCsv)
    {
        var bars = Market.Bars(symbol, Interval.OneDay, DateTimeOffset.MinValue, Clock.GetUtcNow(), Clock.GetUtcNow()).Reverse().Take(isFull ? int.MaxValue : 100).ToList();
        var times = bars.Select(bar => bar.Start.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)).ToList();
        return isCsv ? Csv(symbol, times, bars, isAdjusted) : Series(symbol, "Time Series (Daily)", times, bars);
    }

    private EmulatedAnswer Intraday(HttpRequest request, string symbol)
    {
        if (request.Query["adjusted"] != "false" || !DateOnly.TryParseExact($"{request.Query["month"]}-01", "yyyy-MM-dd", out var month)
            || !Interval.TryParse(request.Query["interval"], out var interval) || interval == Interval.OneHour)
        {
            Violate(request.QueryString.Value!);
            return Error("Invalid API call. Please retry or visit the documentation (https://www.alphavantage.co/documentation/) for TIME_SERIES_INTRADAY.");
        }

        var from = NewYorkTime.ToInstant(month, TimeOnly.MinValue);
        var bars = Market.Bars(symbol, interval, from, NewYorkTime.ToInstant(month.AddMonths(1), TimeOnly.MinValue), Clock.GetUtcNow()).ToList();
        if (bars.Count == 0)
            return Error("Invalid API call. Please retry or visit the documentation (https://www.alphavantage.co/documentation/) for TIME_SERIES_INTRADAY.");
        if (IsOld)
            bars = [.. bars.SelectMany(bar => WithExtendedHours(bar, interval))];

        var shift = IsOld ? interval.Length : TimeSpan.Zero;
        bars.Reverse();
        var times = bars.Select(bar => NewYorkTime.FromInstant(bar.Start + shift).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)).ToList();
        return request.Query["datatype"] == "csv" ? Csv(symbol, times, bars, isAdjusted: false) : Series(symbol, $"Time Series ({interval.Code})", times, bars);
    }

    /// <summary>A little trade in the interval before the opening and in the one after the close.</summary>
    private static IEnumerable<MarketBar> WithExtendedHours(MarketBar bar, Interval interval)
    {
        var session = ExchangeCalendar.UsEquities.SessionOn(DateOnly.FromDateTime(bar.Start.UtcDateTime));
        if (bar.Start == session.Open)
            yield return bar with { Start = bar.Start - interval.Length, Volume = 312 };
        yield return bar;
        if (bar.Start + interval.Length == session.Close)
            yield return bar with { Start = session.Close, Volume = 764 };
    }

    private static EmulatedAnswer Series(string symbol, string name, List<string> times, List<MarketBar> bars)
    {
        var series = new JsonObject();
        foreach (var (time, bar) in times.Zip(bars))
        {
            series[time] = new JsonObject
            {
                ["1. open"] = Price(bar.Open),
                ["2. high"] = Price(bar.High),
                ["3. low"] = Price(bar.Low),
                ["4. close"] = Price(bar.Close),
                ["5. volume"] = bar.Volume is { } volume ? $"{volume}" : "None",
            };
        }

        return Json(new JsonObject
        {
            ["Meta Data"] = new JsonObject
            {
                ["1. Information"] = "Daily Prices (open, high, low, close) and Volumes",
                ["2. Symbol"] = VendorSymbol(symbol),
                ["3. Last Refreshed"] = times.Count > 0 ? times[0] : "",
                ["4. Output Size"] = "Compact",
                ["5. Time Zone"] = "US/Eastern",
            },
            [name] = series,
        });
    }

    private static EmulatedAnswer Csv(string symbol, List<string> times, List<MarketBar> bars, bool isAdjusted)
    {
        var text = new StringBuilder(isAdjusted
            ? "timestamp,open,high,low,close,adjusted_close,volume,dividend_amount,split_coefficient\r\n"
            : "timestamp,open,high,low,close,volume\r\n");
        foreach (var (time, bar) in times.Zip(bars))
        {
            text.Append(CultureInfo.InvariantCulture, $"{time},{Price(bar.Open)},{Price(bar.High)},{Price(bar.Low)},{Price(bar.Close)},");
            if (isAdjusted)
                text.Append(Price(bar.Close / 2)).Append(',');
            text.Append(CultureInfo.InvariantCulture, $"{bar.Volume}");
            if (isAdjusted)
                text.Append(CultureInfo.InvariantCulture, $",{ActionOn(symbol, time, CorporateActionKind.Dividend) ?? 0:0.0000},{ActionOn(symbol, time, CorporateActionKind.Split) ?? 1:0.0}");
            text.Append("\r\n");
        }

        return new EmulatedAnswer(200, text.ToString(), "application/x-download");
    }

    private static double? ActionOn(string symbol, string day, CorporateActionKind kind) =>
        EmulatedMarket.Actions(symbol, DateOnly.Parse(day, CultureInfo.InvariantCulture), DateOnly.Parse(day, CultureInfo.InvariantCulture))
            .Where(action => action.Kind == kind).Select(action => (double?)action.Value).FirstOrDefault();

    private static EmulatedAnswer Actions(string symbol, CorporateActionKind kind)
    {
        var data = new JsonArray();
        foreach (var action in EmulatedMarket.Actions(symbol, DateOnly.MinValue, DateOnly.MaxValue).Where(action => action.Kind == kind).Reverse())
        {
            var day = action.ExDate.ToString("O", CultureInfo.InvariantCulture);
            data.Add(kind == CorporateActionKind.Split
                ? new JsonObject { ["effective_date"] = day, ["split_factor"] = action.Value.ToString("0.0000", CultureInfo.InvariantCulture) }
                : new JsonObject
                {
                    ["ex_dividend_date"] = day,
                    ["declaration_date"] = "None",
                    ["record_date"] = day,
                    ["payment_date"] = "None",
                    ["amount"] = action.Value.ToString(CultureInfo.InvariantCulture),
                });
        }

        if (kind == CorporateActionKind.Dividend)
            data.Add(new JsonObject { ["ex_dividend_date"] = "2025-11-05", ["declaration_date"] = "None", ["record_date"] = "None", ["payment_date"] = "None", ["amount"] = "0" });
        return Json(new JsonObject { ["symbol"] = VendorSymbol(symbol), ["data"] = data });
    }

    private EmulatedAnswer QuoteOf(string symbol)
    {
        var days = Market.Bars(symbol, Interval.OneDay, DateTimeOffset.MinValue, Clock.GetUtcNow(), Clock.GetUtcNow());
        var (day, before) = (days[^1], days[^2]);
        return Json(new JsonObject
        {
            ["Global Quote"] = new JsonObject
            {
                ["01. symbol"] = VendorSymbol(symbol),
                ["02. open"] = Price(day.Open),
                ["03. high"] = Price(day.High),
                ["04. low"] = Price(day.Low),
                ["05. price"] = Price(day.Close),
                ["06. volume"] = $"{day.Volume}",
                ["07. latest trading day"] = day.Start.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
                ["08. previous close"] = Price(before.Close),
                ["09. change"] = Price(day.Close - before.Close),
                ["10. change percent"] = $"{Price((day.Close - before.Close) / before.Close * 100)}%",
            },
        });
    }

    private static string VendorSymbol(string symbol) => symbol.Replace('.', '-');

    private static string Price(double? price) => price?.ToString("0.0000", CultureInfo.InvariantCulture) ?? "";

    private static EmulatedAnswer Json(JsonObject body) => EmulatedAnswer.Ok(body.ToJsonString(Indented));

    private static EmulatedAnswer Says(string name, string sentence) => Json(new JsonObject { [name] = sentence });

    private static EmulatedAnswer Error(string sentence) => Says("Error Message", sentence);
}
