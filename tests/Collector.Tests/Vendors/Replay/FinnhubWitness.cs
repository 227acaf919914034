using System.Text.Json;
using StocksDapr.Collector.Providers;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;

namespace StocksDapr.Collector.Tests.Vendors.Replay;

/// <summary>Finnhub's answers: columns, an object of one-letter names, arrays of actions.</summary>
internal static class FinnhubWitness
{
    public static Testimony Of(JsonElement? body, RecordedAnswer answer, int status)
    {
        if (status >= 400 || body is not { } root || Witness.Has(root, "error"))
        {
            return status switch
            {
                401 or 403 => Testimony.Refused(ProviderErrorKind.NotEntitled),
                429 => Testimony.Refused(ProviderErrorKind.RateLimited),
                _ => Testimony.Refused(),
            };
        }

        var symbol = answer.Symbols.Count > 0 ? answer.Symbols[0] : "AAPL";
        if (Witness.Text(root, "s") == "no_data")
            return Testimony.Nothing();
        if (Witness.Text(root, "s") == "ok" && Witness.Has(root, "t", "c"))
            return Candles(root, answer, symbol);

        var testimony = new Testimony();
        if (root.ValueKind == JsonValueKind.Object && Witness.Value(root, "c").Number is > 0 and var price && Witness.Has(root, "pc"))
            testimony.Quotes[symbol] = price;
        else if (root.ValueKind == JsonValueKind.Array && root.GetArrayLength() == 0)
            return Testimony.Nothing();
        else if (root.ValueKind == JsonValueKind.Array && Witness.Has(root[0], "date", "fromFactor"))
            (testimony.ActionKind, testimony.Actions[symbol]) = (CorporateActionKind.Split, Rows(root, row => Witness.Value(row, "toFactor").Number!.Value / Witness.Value(row, "fromFactor").Number!.Value, CorporateActionKind.Split));
        else if (root.ValueKind == JsonValueKind.Array && Witness.Has(root[0], "date", "amount"))
            (testimony.ActionKind, testimony.Actions[symbol]) = (CorporateActionKind.Dividend, Rows(root, row => Witness.Value(row, "amount").Number!.Value, CorporateActionKind.Dividend));
        else
            return Testimony.Refused();
        return testimony;
    }

    private static Testimony Candles(JsonElement root, RecordedAnswer answer, string symbol)
    {
        var times = root.GetProperty("t").EnumerateArray().Select(time => DateTimeOffset.FromUnixTimeSeconds(time.GetInt64())).ToList();
        var byDays = times.Zip(times.Skip(1), (one, other) => (one - other).Duration()).All(gap => gap >= TimeSpan.FromHours(12));
        var interval = Witness.IntervalOf(answer.Endpoint, times.Select(time => byDays ? time.UtcDateTime.Date : time.UtcDateTime));
        if (interval is null || interval == Interval.OneHour)
            return new Testimony { IsAmbiguous = true };

        var bars = times.Select((time, i) => new RawBar(
            interval.IsIntraday || time.TimeOfDay == TimeSpan.Zero ? time : new DateTimeOffset(NewYorkTime.DateAt(time).ToDateTime(TimeOnly.MinValue), TimeSpan.Zero),
            At("o", i), At("h", i), At("l", i), At("c", i), At("v", i)));
        return new Testimony { Interval = interval, Bars = { [symbol] = [.. bars.Where(bar => Witness.IsInRegularSession(bar.Start, interval))] } };

        RawValue At(string column, int row) => root.GetProperty(column)[row] is { ValueKind: JsonValueKind.Number } value ? value.GetDouble() : default(RawValue);
    }

    private static List<CorporateAction> Rows(JsonElement rows, Func<JsonElement, double> value, CorporateActionKind kind) =>
        [.. rows.EnumerateArray().Select(row => new CorporateAction(kind, DateOnly.Parse(Witness.Text(row, "date")!), value(row))).Where(action => action.Value > 0)];
}
