using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;

namespace StocksDapr.Vendors.Yahoo;

/// <summary>
/// Yahoo Finance as recorded answers show it: columns by time, prices in single precision written as doubles and divided by later splits, splits and
/// dividends beside the bars of the range, rows of nulls, the price of the moment as a row of its own, errors with status 404, 422 and 401; option chains
/// behind a cookie and a crumb. Without published limits.
/// </summary>
public sealed class YahooEmulator(EmulatedMarket market, TimeProvider clock) : VendorEmulator(market, clock)
{
    public const string CookiePath = "/cookie";
    public const string Cookie = "A3=d=AQABBEm&S=AQAAAp";

    private int _crumbs;

    /// <summary>What one unit of the vendor's prices is: "USD", or "GBp" for a hundredth.</summary>
    public string Currency { get; set; } = "USD";

    /// <summary>Refuses bars of parts of a day that are too old, as the vendor does; off where a test wants all of the market in every interval.</summary>
    public bool ForgetsOldBars { get; set; }

    /// <summary>How many crumbs have been handed out; the last one is good.</summary>
    public int Crumbs => _crumbs;

    public override IEnumerable<(string Setting, string Value)> MoreSettings => [("CookieAddress", new Uri(Address, CookiePath).ToString())];

    protected override bool WantsKey => false;

    protected override string? KeyOf(HttpRequest request) => null;

    protected override EmulatedAnswer AnswerToWrongKey() => throw new InvalidOperationException("There is no key.");

    protected override EmulatedAnswer AnswerToLimit(BudgetState state) => new(429, "Too Many Requests\r\n", "text/plain");

    /// <summary>Makes the crumb at hand a wrong one.</summary>
    public void ForgetCrumb() => Interlocked.Increment(ref _crumbs);

    protected override EmulatedAnswer Answer(HttpRequest request)
    {
        var path = request.Path.Value!;
        if (path == CookiePath)
            return new EmulatedAnswer(404, "<html></html>", "text/html") { Headers = new Dictionary<string, string> { ["Set-Cookie"] = $"{Cookie}; Path=/; HttpOnly" } };
        if (path == "/v1/test/getcrumb")
            return HasCookie(request) ? new EmulatedAnswer(200, $"crumb.{Interlocked.Increment(ref _crumbs)}/x", "text/plain") : new EmulatedAnswer(401, Error("finance", "Unauthorized", "Invalid Cookie"));
        if (path.StartsWith("/v8/finance/chart/", StringComparison.Ordinal))
            return Chart(request, path["/v8/finance/chart/".Length..]);
        if (path.StartsWith("/v7/finance/options/", StringComparison.Ordinal))
            return Options(request, path["/v7/finance/options/".Length..]);
        Violate(path);
        return new EmulatedAnswer(404, "");
    }

    private static bool HasCookie(HttpRequest request) => request.Headers.Cookie.ToString().Contains(Cookie, StringComparison.Ordinal);

    private EmulatedAnswer Options(HttpRequest request, string vendorSymbol)
    {
        if (!HasCookie(request) || request.Query["crumb"] != $"crumb.{_crumbs}/x")
            return new EmulatedAnswer(401, Error("finance", "Unauthorized", "Invalid Crumb"));
        return EmulatedAnswer.Ok(YahooChains.Of(vendorSymbol, EmulatedMarket.Knows(Ours(vendorSymbol)), request.Query["date"], Clock.GetUtcNow()));
    }

    private EmulatedAnswer Chart(HttpRequest request, string vendorSymbol)
    {
        var symbol = Ours(vendorSymbol);
        if (vendorSymbol.StartsWith("BRK.", StringComparison.Ordinal) || !EmulatedMarket.Knows(symbol))
            return new EmulatedAnswer(404, Error("chart", "Not Found", "No data found, symbol may be delisted"));

        var spelling = request.Query["interval"].ToString();
        var now = Clock.GetUtcNow();
        var isQuote = request.Query["range"] == "1d";
        if (!Interval.TryParse(spelling == "1h" ? "1h" : spelling, out var interval) || request.Query["includePrePost"] != "false")
        {
            Violate(request.QueryString.Value!);
            return new EmulatedAnswer(422, Error("chart", "Unprocessable Entity", "Invalid input"));
        }

        var days = Market.Bars(symbol, Interval.OneDay, DateTimeOffset.MinValue, now, now);
        var from = isQuote ? days[^1].Start : DateTimeOffset.FromUnixTimeSeconds(long.Parse(request.Query["period1"]!, CultureInfo.InvariantCulture));
        var to = isQuote ? now : DateTimeOffset.FromUnixTimeSeconds(long.Parse(request.Query["period2"]!, CultureInfo.InvariantCulture));
        if (interval.IsIntraday && Refusal(interval, spelling, from, to, now) is { } refusal)
            return refusal;

        var bars = Market.Bars(symbol, interval, interval.IsIntraday ? from : from.AddDays(-1), to.AddTicks(-1), now)
            .Select(bar => (At: interval.IsIntraday ? bar.Start : OpenOf(bar.Start), Bar: bar)).Where(row => row.At >= from && row.At < to).ToList();
        return EmulatedAnswer.Ok(new JsonObject
        {
            ["chart"] = new JsonObject { ["result"] = new JsonArray(Result(symbol, vendorSymbol, spelling, bars, days, from, to, now)), ["error"] = null },
        }.ToJsonString());
    }

    private EmulatedAnswer? Refusal(Interval interval, string spelling, DateTimeOffset from, DateTimeOffset to, DateTimeOffset now)
    {
        var reach = interval == Interval.OneMinute ? 30 : interval == Interval.OneHour ? 730 : 60;
        var tooFar = ForgetsOldBars && from < now.AddDays(-reach);
        var tooLong = interval == Interval.OneMinute && to - from > TimeSpan.FromDays(8);
        if (tooLong)
            Violate($"{spelling} from {from:O} to {to:O}");
        return tooFar || tooLong
            ? new EmulatedAnswer(422, Error("chart", "Unprocessable Entity", $"{spelling} data not available for startTime={from.ToUnixTimeSeconds()} and endTime={to.ToUnixTimeSeconds()}. The requested range must be within the last {reach} days."))
            : null;
    }

    private JsonObject Result(
        string symbol, string vendorSymbol, string spelling, List<(DateTimeOffset At, MarketBar Bar)> bars, IReadOnlyList<MarketBar> days, DateTimeOffset from, DateTimeOffset to, DateTimeOffset now)
    {
        var day = days[^1];
        var session = ExchangeCalendar.UsEquities.SessionOn(DateOnly.FromDateTime(day.Start.UtcDateTime));
        var result = new JsonObject
        {
            ["meta"] = new JsonObject
            {
                ["currency"] = Currency,
                ["symbol"] = vendorSymbol,
                ["instrumentType"] = symbol == EmulatedMarket.Index ? "INDEX" : "EQUITY",
                ["regularMarketTime"] = (session.Close < now ? session.Close : now).ToUnixTimeSeconds(),
                ["gmtoffset"] = -18_000,
                ["timezone"] = "EST",
                ["exchangeTimezoneName"] = "America/New_York",
                ["regularMarketPrice"] = Price(symbol, day, day.Close),
                ["regularMarketDayHigh"] = Price(symbol, day, day.High),
                ["regularMarketDayLow"] = Price(symbol, day, day.Low),
                ["regularMarketVolume"] = day.Volume ?? 0,
                ["chartPreviousClose"] = days.Count > 1 ? Price(symbol, days[^2], days[^2].Close) : null,
                ["currentTradingPeriod"] = new JsonObject { ["regular"] = Period(session.Open, session.Close) },
                ["dataGranularity"] = spelling,
            },
        };

        // No times at all where there are no bars.
        if (bars.Count == 0)
        {
            result["indicators"] = new JsonObject { ["quote"] = new JsonArray(new JsonObject()) };
            return result;
        }

        WithWhatIsNoBar(symbol, spelling, bars, session, now);
        result["timestamp"] = new JsonArray([.. bars.Select(row => (JsonNode)row.At.ToUnixTimeSeconds())]);
        result["indicators"] = new JsonObject
        {
            ["quote"] = new JsonArray(new JsonObject
            {
                ["low"] = Column(bar => Price(symbol, bar, bar.Low)),
                ["volume"] = Column(bar => bar.Volume is { } volume ? (long)(volume * EmulatedMarket.AdjustmentOn(symbol, bar.Start)) : symbol == EmulatedMarket.Index && bar.Close is not null ? 0 : null),
                ["open"] = Column(bar => Price(symbol, bar, bar.Open)),
                ["close"] = Column(bar => Price(symbol, bar, bar.Close)),
                ["high"] = Column(bar => Price(symbol, bar, bar.High)),
            }),
        };
        result["events"] = Events(symbol, from, to);
        return result;

        JsonArray Column(Func<MarketBar, JsonNode?> value) => new([.. bars.Select(row => value(row.Bar))]);
    }

    /// <summary>A row of nulls in the middle, one from before the opening, and the price of the moment while a session is under way.</summary>
    private static void WithWhatIsNoBar(string symbol, string spelling, List<(DateTimeOffset At, MarketBar Bar)> bars, Session session, DateTimeOffset now)
    {
        var last = bars[^1].Bar;
        if (session.Open < now && now < session.Close)
            bars.Add((now, last with { Volume = symbol == EmulatedMarket.Index ? null : 0 }));
        if (spelling != "1d")
            bars.Insert(0, (session.Open.AddMinutes(-90), last with { Volume = 7 }));
        bars.Insert(bars.Count / 2, (bars[bars.Count / 2].At.AddSeconds(-1), new MarketBar(last.Start, null, null, null, null, null)));
    }

    private static JsonObject Events(string symbol, DateTimeOffset from, DateTimeOffset to)
    {
        var (splits, dividends) = (new JsonObject(), new JsonObject());
        foreach (var action in EmulatedMarket.Actions(symbol, DateOnly.MinValue, DateOnly.MaxValue))
        {
            var day = new DateTimeOffset(action.ExDate.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);
            var at = OpenOf(day);
            if (at < from || at >= to)
                continue;
            if (action.Kind == CorporateActionKind.Split)
                splits[$"{at.ToUnixTimeSeconds()}"] = new JsonObject { ["date"] = at.ToUnixTimeSeconds(), ["numerator"] = action.Value, ["denominator"] = 1, ["splitRatio"] = $"{action.Value}:1" };
            else
                dividends[$"{at.ToUnixTimeSeconds()}"] = new JsonObject { ["amount"] = action.Value / EmulatedMarket.AdjustmentOn(symbol, day), ["date"] = at.ToUnixTimeSeconds() };
        }

        var events = new JsonObject();
        if (dividends.Count > 0)
            events["dividends"] = dividends;
        if (splits.Count > 0)
            events["splits"] = splits;
        return events;
    }

    private JsonNode? Price(string symbol, MarketBar bar, double? price) => price is { } value
        ? (double)(float)(value / EmulatedMarket.AdjustmentOn(symbol, bar.Start) * (Currency == "GBp" ? 100 : 1))
        : null;

    private static JsonObject Period(DateTimeOffset start, DateTimeOffset end) => new()
    {
        ["timezone"] = "EST",
        ["start"] = start.ToUnixTimeSeconds(),
        ["end"] = end.ToUnixTimeSeconds(),
        ["gmtoffset"] = -18_000,
    };

    private static DateTimeOffset OpenOf(DateTimeOffset day) => NewYorkTime.ToInstant(DateOnly.FromDateTime(day.UtcDateTime), new TimeOnly(9, 30));

    private static string Ours(string vendorSymbol) => Uri.UnescapeDataString(vendorSymbol).Replace('-', '.');

    private static string Error(string answer, string code, string description) => new JsonObject
    {
        [answer] = new JsonObject { ["result"] = null, ["error"] = new JsonObject { ["code"] = code, ["description"] = description } },
    }.ToJsonString();
}
