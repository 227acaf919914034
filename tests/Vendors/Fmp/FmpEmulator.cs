using System.Globalization;
using Microsoft.AspNetCore.Http;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;

namespace StocksDapr.Vendors.Fmp;

/// <summary>
/// Financial Modeling Prep's stable API as its documentation and recorded answers have it: an array of rows, newest first, one symbol in a request, ranges in
/// New York's days, large volumes with an exponent, an empty array for what is not there and for who is not known, <c>Limit Reach .</c>
/// </summary>
public sealed class FmpEmulator(EmulatedMarket market, TimeProvider clock) : VendorEmulator(market, clock)
{
    /// <summary>What an answer holds of one-minute bars: three days of them.</summary>
    private const int MostBars = 1_170;

    private static readonly Dictionary<string, Interval> Intervals = new()
    {
        ["1min"] = Interval.OneMinute,
        ["5min"] = Interval.FiveMinutes,
        ["15min"] = Interval.FifteenMinutes,
        ["30min"] = Interval.ThirtyMinutes,
        ["1hour"] = Interval.OneHour,
    };

    /// <summary>Answers oldest first, as some of its endpoints have done at times.</summary>
    public bool IsOldestFirst { get; set; }

    protected override string? KeyOf(HttpRequest request)
    {
        if (request.Query.ContainsKey("apikey"))
            Violate("The key is in the address, where logs find it.");
        return request.Headers["apikey"];
    }

    protected override EmulatedAnswer AnswerToWrongKey() => new(
        401, """{"Error Message" : "Invalid API KEY. Please retry or visit our documentation to create one FREE https://site.financialmodelingprep.com/developer/docs"}""");

    protected override EmulatedAnswer AnswerToLimit(BudgetState state) => new(
        429, """{"Error Message" : "Limit Reach . Please upgrade your plan or visit our documentation for more details at https://site.financialmodelingprep.com/"}""");

    protected override EmulatedAnswer Answer(HttpRequest request)
    {
        var theirs = request.Query["symbol"].ToString();
        if (theirs.Length == 0 || theirs.Contains(','))
            Violate($"symbol={theirs}: the stable endpoints take one.");
        var symbol = theirs == "BRK-B" ? EmulatedMarket.Berkshire : theirs;
        var rows = request.Path.Value!.Split('/') switch
        {
            ["", "historical-price-eod", "non-split-adjusted"] => Daily(request, symbol, theirs, isRaw: true),
            ["", "historical-price-eod", "full"] => Daily(request, symbol, theirs, isRaw: false),
            ["", "historical-chart", var interval] when Intervals.TryGetValue(interval, out var length) => Intraday(request, symbol, length),
            ["", "quote"] => EmulatedMarket.Knows(symbol) ? [Quote(symbol, theirs)] : [],
            ["", "splits"] => Actions(symbol, CorporateActionKind.Split).Select(action =>
                Row($"\"symbol\":\"{theirs}\",\"date\":\"{Date(action.ExDate)}\",\"numerator\":{Number(action.Value)},\"denominator\":1")),
            ["", "dividends"] => Actions(symbol, CorporateActionKind.Dividend).Select(action => Row(
                $"\"symbol\":\"{theirs}\",\"date\":\"{Date(action.ExDate)}\",\"recordDate\":\"\",\"adjDividend\":{Number(action.Value / EmulatedMarket.AdjustmentOn(symbol, Start(action.ExDate)))},\"dividend\":{Number(action.Value)},\"yield\":0.44898318513953694,\"frequency\":\"Quarterly\"")),
            _ => null,
        };
        return rows is null ? new EmulatedAnswer(404, "[]") : EmulatedAnswer.Ok($"[{string.Join(",", IsOldestFirst ? rows : rows.Reverse())}]");
    }

    private IEnumerable<string> Daily(HttpRequest request, string symbol, string theirs, bool isRaw)
    {
        var (from, to) = Days(request);
        return Limited(Market.Bars(symbol, Interval.OneDay, Start(from), Start(to), Clock.GetUtcNow())).Select(bar =>
        {
            var factor = isRaw ? 1 : EmulatedMarket.AdjustmentOn(symbol, bar.Start);
            var prices = isRaw
                ? $"\"adjOpen\":{Number(bar.Open)},\"adjHigh\":{Number(bar.High)},\"adjLow\":{Number(bar.Low)},\"adjClose\":{Number(bar.Close)}"
                : $"\"open\":{Number(bar.Open / factor)},\"high\":{Number(bar.High / factor)},\"low\":{Number(bar.Low / factor)},\"close\":{Number(bar.Close / factor)}";
            return Row($"\"symbol\":\"{theirs}\",\"date\":\"{Date(DateOnly.FromDateTime(bar.Start.UtcDateTime))}\",{prices},\"volume\":{Volume(bar.Volume * (long)factor)}");
        });
    }

    private IEnumerable<string> Intraday(HttpRequest request, string symbol, Interval interval)
    {
        var isRaw = request.Query["nonadjusted"] == "true";
        var (from, to) = Days(request);
        var bars = Market.Bars(symbol, interval, NewYorkTime.ToInstant(from, TimeOnly.MinValue), NewYorkTime.ToInstant(to.AddDays(1), TimeOnly.MinValue).AddTicks(-1), Clock.GetUtcNow());
        return Limited(bars).Select(bar =>
        {
            var factor = isRaw ? 1 : EmulatedMarket.AdjustmentOn(symbol, bar.Start);
            var local = NewYorkTime.FromInstant(bar.Start).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
            return Row(
                $"\"date\":\"{local}\",\"open\":{Number(bar.Open / factor)},\"low\":{Number(bar.Low / factor)},\"high\":{Number(bar.High / factor)},\"close\":{Number(bar.Close / factor)},\"volume\":{Volume(bar.Volume * (long)factor)}");
        });
    }

    private string Quote(string symbol, string theirs)
    {
        var now = Clock.GetUtcNow();
        var days = Market.Bars(symbol, Interval.OneDay, now.AddDays(-10), now, now);
        var last = Market.Bars(symbol, Interval.OneMinute, now.AddDays(-5), now, now)[^1];
        return Row(
            $"\"symbol\":\"{theirs}\",\"name\":\"A company\",\"price\":{Number(days[^1].Close)},\"changePercentage\":2.1008,\"volume\":{Volume(days[^1].Volume)},\"dayLow\":{Number(days[^1].Low)},\"dayHigh\":{Number(days[^1].High)},\"marketCap\":3500823120000,\"exchange\":\"NASDAQ\",\"open\":{Number(days[^1].Open)},\"previousClose\":{Number(days[^2].Close)},\"timestamp\":{last.Start.ToUnixTimeSeconds()}");
    }

    private IReadOnlyList<MarketBar> Limited(IReadOnlyList<MarketBar> bars)
    {
        if (bars.Count > MostBars)
            Violate($"{bars.Count} bars in one answer.");
        return [.. bars.TakeLast(MostBars)];
    }

    private static IReadOnlyList<CorporateAction> Actions(string symbol, CorporateActionKind kind) =>
        [.. EmulatedMarket.Actions(symbol, EmulatedMarket.FirstDay, EmulatedMarket.LastDay).Where(action => action.Kind == kind)];

    private static (DateOnly From, DateOnly To) Days(HttpRequest request) => (
        DateOnly.ParseExact(request.Query["from"]!, "yyyy-MM-dd", CultureInfo.InvariantCulture),
        DateOnly.ParseExact(request.Query["to"]!, "yyyy-MM-dd", CultureInfo.InvariantCulture));

    private static DateTimeOffset Start(DateOnly date) => new(date.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);

    private static string Row(string properties) => $"{{{properties}}}";

    private static string Date(DateOnly date) => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Number(double? number) => number?.ToString("R", CultureInfo.InvariantCulture) ?? "null";

    /// <summary>As the vendor writes them: 55450360 is 5.545036E7.</summary>
    private static string Volume(long? volume) => volume switch
    {
        null => "null",
        >= 10_000_000 => $"{((decimal)volume / 10_000_000).ToString(CultureInfo.InvariantCulture)}E7",
        _ => $"{volume}.0",
    };
}
