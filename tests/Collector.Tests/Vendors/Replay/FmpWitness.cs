using System.Globalization;
using System.Text.Json;
using StocksDapr.Collector.Providers;
using StocksDapr.Contracts.Messages;

namespace StocksDapr.Collector.Tests.Vendors.Replay;

/// <summary>Financial Modeling Prep's answers: an array of rows, or one or several objects with such an array as <c>historical</c>.</summary>
internal static class FmpWitness
{
    public static Testimony Of(JsonElement? body, string text, RecordedAnswer answer, int status)
    {
        var said = body is { } said_ ? Witness.Text(said_, "Error Message") ?? Witness.Text(said_, "message") : text;
        if (said is not null)
        {
            return said.Contains("Limit Reach", StringComparison.OrdinalIgnoreCase) || status == 429 ? Testimony.Refused(ProviderErrorKind.RateLimited)
                : said.Contains("Invalid API KEY", StringComparison.OrdinalIgnoreCase) || status is 401 or 402 ? Testimony.Refused(ProviderErrorKind.NotEntitled)
                : Testimony.Refused();
        }

        if (status >= 400)
            return Testimony.Refused();
        var root = body!.Value;
        if ((root.ValueKind == JsonValueKind.Array && root.GetArrayLength() == 0) || (root.ValueKind == JsonValueKind.Object && !root.EnumerateObject().Any()))
            return Testimony.Nothing();

        var testimony = new Testimony();
        var lists = root.ValueKind == JsonValueKind.Array ? [(null, root)]
            : Witness.Has(root, "historicalStockList") ? [.. root.GetProperty("historicalStockList").EnumerateArray().Select(item => (Witness.Text(item, "symbol"), item.GetProperty("historical")))]
            : Witness.Has(root, "historical") ? new List<(string? Symbol, JsonElement Rows)> { (Witness.Text(root, "symbol"), root.GetProperty("historical")) } : [];
        foreach (var (symbol, rows) in lists)
            Take(testimony, symbol, [.. rows.EnumerateArray()], answer);
        return testimony.Bars.Count + testimony.Quotes.Count + testimony.Actions.Count > 0 || testimony.IsAmbiguous ? testimony : Testimony.Refused();
    }

    private static void Take(Testimony testimony, string? named, List<JsonElement> rows, RecordedAnswer answer)
    {
        // Calendars have rows of many symbols.
        var symbols = rows.Select(row => Witness.Text(row, "symbol") ?? named ?? (answer.Symbols.Count > 0 ? answer.Symbols[0] : "AAPL")).Distinct().ToList();
        if (symbols is not [var symbol])
            return;

        if (rows.TrueForAll(row => Witness.Has(row, "date", "dividend")))
            (testimony.ActionKind, testimony.Actions[symbol]) = (CorporateActionKind.Dividend, Actions(rows, CorporateActionKind.Dividend, row => Number(row, "dividend")));
        else if (rows.TrueForAll(row => Witness.Has(row, "date", "numerator", "denominator")))
            (testimony.ActionKind, testimony.Actions[symbol]) = (CorporateActionKind.Split, Actions(rows, CorporateActionKind.Split, row => Number(row, "numerator") / Number(row, "denominator")));
        else if (rows.TrueForAll(row => Witness.Has(row, "date") && (Witness.Has(row, "close", "high") || Witness.Has(row, "adjClose", "adjHigh"))))
            TakeBars(testimony, symbol, rows, answer);
        else if (rows is [var quote] && Witness.Has(quote, "price", "timestamp") && Number(quote, "price") > 0)
            testimony.Quotes[symbol] = Number(quote, "price");
    }

    private static void TakeBars(Testimony testimony, string symbol, List<JsonElement> rows, RecordedAnswer answer)
    {
        testimony.Interval = Witness.IntervalOf(answer.Endpoint, rows.Select(row => DateTime.Parse(Witness.Text(row, "date")!, CultureInfo.InvariantCulture)));
        if (testimony.Interval is not { } interval)
        {
            testimony.IsAmbiguous = true;
            return;
        }

        testimony.Bars[symbol] =
        [
            .. rows.Select(row => new RawBar(
                Witness.Start(Witness.Text(row, "date")!, interval.IsIntraday), Price(row, "open", "adjOpen"), Price(row, "high", "adjHigh"), Price(row, "low", "adjLow"),
                Price(row, "close", "adjClose"), Witness.Value(row, "volume"))),
        ];
    }

    private static RawValue Price(JsonElement row, string plain, string other) => Witness.Value(row, Witness.Has(row, plain) ? plain : other);

    private static double Number(JsonElement row, string name) => Witness.Value(row, name).Number ?? 0;

    private static List<CorporateAction> Actions(List<JsonElement> rows, CorporateActionKind kind, Func<JsonElement, double> value) =>
    [
        .. rows.Where(row => DateOnly.TryParse(Witness.Text(row, "date"), CultureInfo.InvariantCulture, out _))
            .Select(row => new CorporateAction(kind, DateOnly.Parse(Witness.Text(row, "date")!, CultureInfo.InvariantCulture), value(row))).Where(action => action.Value > 0),
    ];
}
