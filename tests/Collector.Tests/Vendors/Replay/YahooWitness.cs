using System.Text.Json;
using StocksDapr.Collector.Providers;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;

namespace StocksDapr.Collector.Tests.Vendors.Replay;

/// <summary>Yahoo's answers: charts, whose prices are adjusted for the splits that they tell, pages of option chains, errors.</summary>
internal static class YahooWitness
{
    private static readonly string[] Hundredths = ["GBp", "GBX", "ZAc", "ZAC", "ILA", "USX"];

    public static Testimony Of(JsonElement? body, int status)
    {
        if (status is 429 or 999)
            return Testimony.Refused(ProviderErrorKind.RateLimited);
        if (body is not { } root || root.EnumerateObject().FirstOrDefault().Value is not { ValueKind: JsonValueKind.Object } answer)
            return Testimony.Refused();
        if (Witness.Has(answer, "error") && answer.GetProperty("error").ValueKind == JsonValueKind.Object)
        {
            var error = answer.GetProperty("error");
            return Witness.Text(error, "description")?.StartsWith("Data doesn't exist", StringComparison.Ordinal) == true ? Testimony.Nothing()
                : Witness.Text(error, "code") == "Not Found" ? Testimony.Refused(ProviderErrorKind.UnknownSymbol)
                : Testimony.Refused();
        }

        if (status >= 400 || !Witness.Has(answer, "result") || answer.GetProperty("result") is not { ValueKind: JsonValueKind.Array } results || results.GetArrayLength() != 1)
            return Testimony.Refused();
        return Witness.Has(root, "chart") ? Chart(results[0]) : Witness.Has(root, "optionChain") ? Page(results[0]) : Testimony.Refused();
    }

    private static Testimony Chart(JsonElement chart)
    {
        var meta = chart.GetProperty("meta");
        var symbol = Witness.Text(meta, "symbol")!;
        var unit = Witness.Text(meta, "currency") is { } currency && Hundredths.Contains(currency) ? 100d : Witness.Text(meta, "currency") == "KWF" ? 1_000d : 1;
        var splits = Events(chart, "splits").Where(split => Witness.Value(split, "denominator").Number > 0 && Witness.Value(split, "numerator").Number > 0)
            .Select(split => (Day: Day(meta, split), Ratio: Witness.Value(split, "numerator").Number!.Value / Witness.Value(split, "denominator").Number!.Value)).ToList();
        var testimony = new Testimony { Tolerance = 1e-6, IsAmbiguous = true };
        if (Witness.Value(meta, "regularMarketPrice").Number is > 0 and var last && Witness.Has(meta, "regularMarketTime"))
            testimony.Quotes[symbol] = last / unit;
        testimony.Actions[symbol] =
        [
            .. splits.Select(split => new CorporateAction(CorporateActionKind.Split, split.Day, split.Ratio)),
            .. Events(chart, "dividends").Where(dividend => Witness.Value(dividend, "amount").Number > 0).Select(dividend => new CorporateAction(
                CorporateActionKind.Dividend, Day(meta, dividend), Witness.Value(dividend, "amount").Number!.Value / unit * Factor(Day(meta, dividend)))),
        ];

        if (!Interval.TryParse(Witness.Text(meta, "dataGranularity") ?? "1d", out var interval) || interval.Length > TimeSpan.FromDays(1))
            return testimony;
        testimony.Interval = interval;
        testimony.MayLack = interval.IsIntraday;
        testimony.Bars[symbol] = [.. Rows(chart, interval, meta)];
        return testimony;

        double Factor(DateOnly day) => splits.Where(split => split.Day > day).Aggregate(1d, (factor, split) => factor * split.Ratio);

        IEnumerable<RawBar> Rows(JsonElement of, Interval every, JsonElement about)
        {
            var seen = new HashSet<DateTimeOffset>();
            foreach (var (time, row) in Times(of))
            {
                var day = Day(about, time);
                var start = every.IsIntraday ? DateTimeOffset.FromUnixTimeSeconds(time) : new DateTimeOffset(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);
                var (open, high, low, close) = (At(of, "open", row), At(of, "high", row), At(of, "low", row), At(of, "close", row));
                if ((open ?? high ?? low ?? close) is null || !seen.Add(start))
                    continue;

                var factor = Factor(day);
                var volume = At(of, "volume", row);
                yield return new RawBar(
                    start, Of(open * factor / unit), Of(high * factor / unit), Of(low * factor / unit), Of(close * factor / unit),
                    Of(Witness.Text(about, "instrumentType") is "CURRENCY" or "INDEX" or "MUTUALFUND" && volume == 0 ? null : volume / factor));
            }
        }
    }

    private static Testimony Page(JsonElement result)
    {
        var options = result.GetProperty("options");
        var symbol = Witness.Text(result, "underlyingSymbol");
        if (symbol is null)
            return Testimony.Refused();
        if (options.GetArrayLength() == 0)
            return new Testimony { Chain = (symbol, [], new DateOnly(2000, 1, 1)) };

        var expiry = DateOnly.FromDateTime(DateTimeOffset.FromUnixTimeSeconds(options[0].GetProperty("expirationDate").GetInt64()).UtcDateTime);
        var contracts = options[0].GetProperty("calls").EnumerateArray().Concat(options[0].GetProperty("puts").EnumerateArray())
            .Where(contract => Witness.Text(contract, "contractSize") is null or "REGULAR").Select(contract => Witness.Text(contract, "contractSymbol")!).Distinct();
        return new Testimony { Chain = (symbol, [.. contracts.Select(contract => (contract, expiry))], expiry) };
    }

    private static IEnumerable<JsonElement> Events(JsonElement chart, string name) =>
        Witness.Has(chart, "events") && Witness.Has(chart.GetProperty("events"), name) ? chart.GetProperty("events").GetProperty(name).EnumerateObject().Select(item => item.Value) : [];

    private static IEnumerable<(long Time, int Row)> Times(JsonElement chart) =>
        Witness.Has(chart, "timestamp") ? chart.GetProperty("timestamp").EnumerateArray().Select((time, row) => (time.GetInt64(), row)) : [];

    private static double? At(JsonElement chart, string column, int row) =>
        chart.GetProperty("indicators").GetProperty("quote")[0] is var quote && Witness.Has(quote, column) && quote.GetProperty(column)[row] is { ValueKind: JsonValueKind.Number } value
            ? value.GetDouble()
            : null;

    private static RawValue Of(double? value) => value is { } number ? number : default(RawValue);

    private static DateOnly Day(JsonElement meta, JsonElement item) => Day(meta, item.GetProperty("date").GetInt64());

    private static DateOnly Day(JsonElement meta, long seconds) => DateOnly.FromDateTime(
        TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeSeconds(seconds), TimeZoneInfo.FindSystemTimeZoneById(Witness.Text(meta, "exchangeTimezoneName") ?? "UTC")).DateTime);
}
