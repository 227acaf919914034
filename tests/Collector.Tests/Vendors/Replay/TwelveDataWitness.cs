using System.Text.Json;
using StocksDapr.Collector.Providers;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;

namespace StocksDapr.Collector.Tests.Vendors.Replay;

/// <summary>Twelve Data's answers: one object for a symbol, or an object of such objects.</summary>
internal static class TwelveDataWitness
{
    private static readonly Dictionary<string, string> Indices = new()
    {
        ["SPX"] = "^GSPC",
        ["DJI"] = "^DJI",
        ["IXIC"] = "^IXIC",
        ["NDX"] = "^NDX",
        ["RUT"] = "^RUT",
        ["VIX"] = "^VIX",
    };

    public static Testimony Of(JsonElement? body, int status)
    {
        if (body is not { ValueKind: JsonValueKind.Object } root)
            return Testimony.Refused();
        if (Error(root, status) is { } error)
            return error;
        if (status >= 400)
            return Testimony.Refused();

        var testimony = new Testimony();
        if (!TryTake(testimony, root))
        {
            foreach (var symbol in root.EnumerateObject())
                TryTake(testimony, symbol.Value);
        }

        return testimony.Bars.Count + testimony.Quotes.Count + testimony.Actions.Count > 0 ? testimony : Testimony.Refused();
    }

    private static Testimony? Error(JsonElement item, int status)
    {
        var code = Witness.Value(item, "code").Number ?? 0;
        if (Witness.Text(item, "status") != "error" && code < 400)
            return null;
        if (Witness.Text(item, "message")?.StartsWith("No data", StringComparison.Ordinal) == true)
            return Testimony.Nothing();
        return (code > 0 ? code : status) switch
        {
            401 or 403 => Testimony.Refused(ProviderErrorKind.NotEntitled),
            404 => Testimony.Refused(ProviderErrorKind.UnknownSymbol, ProviderErrorKind.NotEntitled, ProviderErrorKind.NotSupported),
            429 => Testimony.Refused(ProviderErrorKind.RateLimited),
            >= 500 => Testimony.Refused(ProviderErrorKind.Unavailable, ProviderErrorKind.TimedOut),
            _ => Testimony.Refused(),
        };
    }

    private static bool TryTake(Testimony testimony, JsonElement item)
    {
        if (Witness.Has(item, "meta", "values"))
            return TryTakeBars(testimony, item.GetProperty("meta"), item.GetProperty("values"));
        if (Witness.Has(item, "symbol", "close"))
            testimony.Quotes[Witness.Text(item, "symbol")!] = Witness.Value(item, "close").Number ?? 0;
        else if (Witness.Has(item, "meta", "splits"))
            TakeActions(testimony, item, "splits", CorporateActionKind.Split);
        else if (Witness.Has(item, "meta", "dividends"))
            TakeActions(testimony, item, "dividends", CorporateActionKind.Dividend);
        else
            return false;
        return true;
    }

    private static bool TryTakeBars(Testimony testimony, JsonElement meta, JsonElement values)
    {
        if (Witness.Text(meta, "symbol") is not { } symbol || !Interval.TryParse(Witness.Text(meta, "interval"), out var interval) || interval.Length > TimeSpan.FromDays(1)
            || values.ValueKind != JsonValueKind.Array || values.EnumerateArray().Any(row => !Witness.Has(row, "datetime", "close"))
            || (interval.IsIntraday && Witness.Text(meta, "exchange_timezone") != "America/New_York"))
            return false;

        testimony.Interval = interval;
        testimony.Bars[Witness.Text(meta, "type") == "Index" && Indices.TryGetValue(symbol, out var index) ? index : symbol] =
        [
            .. values.EnumerateArray().Select(row => new RawBar(
                Witness.Start(Witness.Text(row, "datetime")!, interval.IsIntraday), Witness.Value(row, "open"), Witness.Value(row, "high"), Witness.Value(row, "low"),
                Witness.Value(row, "close"), Witness.Value(row, "volume"))),
        ];
        return true;
    }

    private static void TakeActions(Testimony testimony, JsonElement item, string name, CorporateActionKind kind)
    {
        testimony.ActionKind = kind;
        testimony.Actions[Witness.Text(item.GetProperty("meta"), "symbol")!] =
        [
            .. item.GetProperty(name).EnumerateArray().Select(row => kind == CorporateActionKind.Split
                ? new CorporateAction(kind, DateOnly.Parse(Witness.Text(row, "date")!), Witness.Value(row, "from_factor").Number!.Value / Witness.Value(row, "to_factor").Number!.Value)
                : new CorporateAction(kind, DateOnly.Parse(Witness.Text(row, "ex_date")!), Witness.Value(row, "amount").Number!.Value)).Where(action => action.Value > 0),
        ];
    }
}
