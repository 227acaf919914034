using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;

namespace StocksDapr.Vendors.TwelveData;

/// <summary>
/// Twelve Data as its API documentation and recorded answers have it: prices as texts of five decimals, exchange-local times, newest first unless asked
/// otherwise, a single symbol alone and several in one object by symbol, errors inside of status 200 and inside of batches, credits by the symbol in headers.
/// </summary>
public sealed class TwelveDataEmulator(EmulatedMarket market, TimeProvider clock) : VendorEmulator(market, clock)
{
    private const int MaxSymbols = 120;
    private const int MaxOutput = 5_000;

    private static readonly Dictionary<string, Interval> Intervals = new()
    {
        ["1min"] = Interval.OneMinute,
        ["5min"] = Interval.FiveMinutes,
        ["15min"] = Interval.FifteenMinutes,
        ["30min"] = Interval.ThirtyMinutes,
        ["1h"] = Interval.OneHour,
        ["1day"] = Interval.OneDay,
    };

    /// <summary>The key is beyond the plan for splits and dividends, as with the free one.</summary>
    public bool IsFreePlan { get; set; }

    protected override string? KeyOf(HttpRequest request)
    {
        if (request.Query.ContainsKey("apikey"))
            Violate("The key is in the address, where logs find it.");
        var header = request.Headers.Authorization.ToString();
        return header.StartsWith("apikey ", StringComparison.Ordinal) ? header["apikey ".Length..] : null;
    }

    protected override int CostOf(HttpRequest request) =>
        SymbolsOf(request).Count * (request.Path.Value is "/splits" or "/dividends" ? 20 : 1);

    protected override IReadOnlyDictionary<string, string> HeadersOf(BudgetState state) => new Dictionary<string, string>
    {
        ["api-credits-used"] = $"{state.UsedInMinute}",
        ["api-credits-left"] = $"{Math.Max(0, (Budget.PerMinute ?? 1_000) - state.UsedInMinute)}",
    };

    protected override EmulatedAnswer AnswerToWrongKey() => Error(
        401, 200, "**apikey** parameter is incorrect or not specified. You can get your free API key instantly following this link: https://twelvedata.com/apikey.");

    protected override EmulatedAnswer AnswerToLimit(BudgetState state) => state.DayPassed
        ? Error(429, 429, $"You have run out of API credits for the day. {state.UsedInDay} API credits were used, with the current limit being {Budget.PerDay}.")
        : Error(
            429, 200,
            $"You have run out of API credits for the current minute. {state.UsedInMinute} API credits were used, with the current limit being {Budget.PerMinute}. Wait for the next minute.");

    protected override EmulatedAnswer Answer(HttpRequest request)
    {
        var symbols = SymbolsOf(request);
        if (symbols.Count == 0)
            return Error(400, 400, "**symbol** parameter is missing.");
        if (symbols.Count > MaxSymbols)
        {
            Violate($"{symbols.Count} symbols.");
            return Error(414, 414, "The parameter which accepts multiple values is out of range.");
        }

        return request.Path.Value switch
        {
            "/time_series" => Each(symbols, symbol => TimeSeries(request, symbol)),
            "/quote" => Each(symbols, Quote),
            "/splits" => Reference(request, symbols, Splits),
            "/dividends" => Reference(request, symbols, Dividends),
            _ => Error(404, 404, "The requested endpoint is not found."),
        };
    }

    private static EmulatedAnswer Error(int code, int status, string message) =>
        new(status, new JsonObject { ["code"] = code, ["message"] = message, ["status"] = "error" }.ToJsonString());

    private static JsonObject SymbolError(string symbol, int code) => new()
    {
        ["code"] = code,
        ["message"] = $"**symbol** not found: {symbol}. Please specify it correctly according to API Documentation.",
        ["status"] = "error",
        ["meta"] = new JsonObject { ["symbol"] = symbol, ["interval"] = "", ["exchange"] = "" },
    };

    private static List<string> SymbolsOf(HttpRequest request) =>
        [.. request.Query["symbol"].ToString().Split(',', StringSplitOptions.RemoveEmptyEntries)];

    private static string Ours(string theirs) => theirs == "SPX" ? EmulatedMarket.Index : theirs;

    /// <summary>One symbol's error carries its own status; in a batch all is 200.</summary>
    private static EmulatedAnswer Each(List<string> symbols, Func<string, JsonObject> answer)
    {
        var answers = symbols.ToDictionary(symbol => symbol, symbol => EmulatedMarket.Knows(Ours(symbol)) ? answer(symbol) : SymbolError(symbol, symbols.Count == 1 ? 404 : 400));
        if (symbols.Count == 1)
            return new EmulatedAnswer((int?)answers[symbols[0]]["code"] ?? 200, answers[symbols[0]].ToJsonString());
        return EmulatedAnswer.Ok(new JsonObject(answers.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))).ToJsonString());
    }

    private EmulatedAnswer Reference(HttpRequest request, List<string> symbols, Func<HttpRequest, string, JsonObject> answer)
    {
        if (IsFreePlan)
            return Error(403, 403, $"{request.Path} is available exclusively with grow or pro plans. Consider upgrading your API Key now at https://twelvedata.com/pricing");
        if (symbols.Count != 1)
            Violate("Splits and dividends are asked one symbol at a time.");
        return Each(symbols, symbol => answer(request, symbol));
    }

    private JsonObject TimeSeries(HttpRequest request, string symbol)
    {
        var query = request.Query;
        if (!Intervals.TryGetValue(query["interval"].ToString(), out var interval))
        {
            Violate($"interval {query["interval"]}");
            return new JsonObject { ["code"] = 400, ["message"] = "Invalid **interval** provided.", ["status"] = "error" };
        }

        var dated = query.ContainsKey("start_date") || query.ContainsKey("end_date");
        var output = query.ContainsKey("outputsize") ? int.Parse(query["outputsize"]!, CultureInfo.InvariantCulture) : dated ? MaxOutput : 30;
        if (output is < 1 or > MaxOutput)
            Violate($"outputsize {output}");
        if (query["timezone"].ToString() is not ("" or "Exchange"))
            Violate("Answers of this emulator are in the exchange's time.");

        // As the vendor's page on historical data shows it: a day's bar at the end of the range is not in it, an intraday one is.
        var from = Local(query["start_date"].ToString(), interval);
        var to = Local(query["end_date"].ToString(), interval) - (interval.IsIntraday ? TimeSpan.Zero : TimeSpan.FromTicks(1));
        var bars = Market.Bars(Ours(symbol), interval, from, to, Clock.GetUtcNow());
        if (bars.Count > output)
            Violate($"The range has {bars.Count} bars, and {output} of them are sent.");
        if (bars.Count == 0)
            return new JsonObject { ["code"] = 400, ["message"] = "No data is available on the specified dates. Try setting different start/end dates.", ["status"] = "error" };

        var isAdjusted = query["adjust"].ToString() is "" or "splits" or "all";
        var values = bars.TakeLast(output).Select(bar => Value(bar, Ours(symbol), interval, isAdjusted));
        if (!query["order"].ToString().Equals("asc", StringComparison.OrdinalIgnoreCase))
            values = values.Reverse();
        return new JsonObject
        {
            ["meta"] = new JsonObject
            {
                ["symbol"] = symbol,
                ["interval"] = query["interval"].ToString(),
                ["currency"] = "USD",
                ["exchange_timezone"] = "America/New_York",
                ["exchange"] = "NASDAQ",
                ["mic_code"] = "XNGS",
                ["type"] = Ours(symbol).StartsWith('^') ? "Index" : "Common Stock",
            },
            ["values"] = new JsonArray([.. values]),
            ["status"] = "ok",
        };
    }

    private static JsonObject Value(MarketBar bar, string symbol, Interval interval, bool isAdjusted)
    {
        var factor = isAdjusted ? EmulatedMarket.AdjustmentOn(symbol, bar.Start) : 1;
        var local = interval.IsIntraday
            ? NewYorkTime.FromInstant(bar.Start).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)
            : bar.Start.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        var value = new JsonObject
        {
            ["datetime"] = local,
            ["open"] = Price(bar.Open / factor),
            ["high"] = Price(bar.High / factor),
            ["low"] = Price(bar.Low / factor),
            ["close"] = Price(bar.Close / factor),
        };

        // An index has no volume at all.
        if (symbol != EmulatedMarket.Index)
            value["volume"] = bar.Volume is { } volume ? volume.ToString(CultureInfo.InvariantCulture) : null;
        return value;
    }

    private static string? Price(double? price) => price?.ToString("F5", CultureInfo.InvariantCulture);

    private JsonObject Quote(string symbol)
    {
        var now = Clock.GetUtcNow();
        var days = Market.Bars(Ours(symbol), Interval.OneDay, now.AddDays(-10), now, now);
        var minutes = Market.Bars(Ours(symbol), Interval.OneMinute, now.AddDays(-5), now, now);
        return new JsonObject
        {
            ["symbol"] = symbol,
            ["name"] = "A company",
            ["exchange"] = "NASDAQ",
            ["mic_code"] = "XNGS",
            ["currency"] = "USD",
            ["datetime"] = days[^1].Start.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            ["timestamp"] = ExchangeCalendar.UsEquities.SessionOn(DateOnly.FromDateTime(days[^1].Start.UtcDateTime)).Open.ToUnixTimeSeconds(),
            ["last_quote_at"] = minutes[^1].Start.ToUnixTimeSeconds(),
            ["open"] = Price(days[^1].Open),
            ["high"] = Price(days[^1].High),
            ["low"] = Price(days[^1].Low),
            ["close"] = Price(days[^1].Close),
            ["volume"] = days[^1].Volume?.ToString(CultureInfo.InvariantCulture),
            ["previous_close"] = Price(days[^2].Close),
            ["is_market_open"] = true,
            ["fifty_two_week"] = new JsonObject { ["low"] = "164.08000", ["high"] = "237.49000" },
        };
    }

    private static JsonObject Splits(HttpRequest request, string symbol) => Reference(
        request, symbol, "splits", CorporateActionKind.Split, action => new JsonObject
        {
            ["date"] = Text(action.ExDate),
            ["description"] = $"{action.Value}-for-1 split",
            ["ratio"] = Math.Round(1 / action.Value, 5),
            ["from_factor"] = action.Value,
            ["to_factor"] = 1,
        });

    private static JsonObject Dividends(HttpRequest request, string symbol)
    {
        // Divided by the later splits unless told not to.
        var isAdjusted = request.Query["adjust"].ToString() != "false";
        return Reference(request, symbol, "dividends", CorporateActionKind.Dividend, action => new JsonObject
        {
            ["ex_date"] = Text(action.ExDate),
            ["amount"] = isAdjusted && action.ExDate < EmulatedMarket.SplitDay && symbol == EmulatedMarket.Apple ? action.Value / EmulatedMarket.SplitFactor : action.Value,
        });
    }

    private static JsonObject Reference(HttpRequest request, string symbol, string name, CorporateActionKind kind, Func<CorporateAction, JsonNode> make)
    {
        var from = DateOnly.Parse(request.Query["start_date"]!, CultureInfo.InvariantCulture);
        var to = DateOnly.Parse(request.Query["end_date"]!, CultureInfo.InvariantCulture);
        return new JsonObject
        {
            ["meta"] = new JsonObject { ["symbol"] = symbol, ["name"] = "A company", ["exchange_timezone"] = "America/New_York" },
            [name] = new JsonArray([.. EmulatedMarket.Actions(Ours(symbol), from, to).Where(action => action.Kind == kind).Reverse().Select(make)]),
        };
    }

    private static string Text(DateOnly date) => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static DateTimeOffset Local(string text, Interval interval)
    {
        var local = DateTime.ParseExact(text, ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd HH:mm:ss"], CultureInfo.InvariantCulture, DateTimeStyles.None);
        return interval.IsIntraday
            ? NewYorkTime.ToInstant(DateOnly.FromDateTime(local), TimeOnly.FromDateTime(local))
            : new DateTimeOffset(local.Date, TimeSpan.Zero);
    }
}
