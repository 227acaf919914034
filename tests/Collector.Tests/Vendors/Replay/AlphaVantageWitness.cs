using System.Globalization;
using System.Text.Json;
using StocksDapr.Collector.Providers;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;

namespace StocksDapr.Collector.Tests.Vendors.Replay;

/// <summary>Alpha Vantage's answers: objects of objects by time, arrays under <c>data</c>, CSV, sentences.</summary>
internal static class AlphaVantageWitness
{
    private static readonly string[] Sentences = ["Note", "Information", "Error Message"];

    public static Testimony Of(JsonElement? body, string text, RecordedAnswer answer, int status)
    {
        var symbol = answer.Symbols.Count > 0 ? answer.Symbols[0] : "IBM";
        if (status >= 400)
            return Testimony.Refused();
        if (body is not { } root)
            return Csv(text, symbol, answer);
        if (Witness.Text(root, "message")?.Contains("ARTIFICIAL", StringComparison.Ordinal) == true)
            return Testimony.Refused(ProviderErrorKind.NotEntitled);
        if (Sentences.Any(name => Witness.Has(root, name)))
            return Said(Sentences.Select(name => Witness.Text(root, name)).First(said => said is not null)!);
        if (Witness.Has(root, "Global Quote"))
            return Quote(root.GetProperty("Global Quote"));
        if (root.ValueKind == JsonValueKind.Object && root.EnumerateObject().Where(item => item.Name.StartsWith("Time Series (", StringComparison.Ordinal)).ToList() is [var series])
            return Series(series.Name, Witness.Text(root.GetProperty("Meta Data"), "2. Symbol"), series.Value);
        return Witness.Has(root, "data") && root.GetProperty("data") is { ValueKind: JsonValueKind.Array } data && data.GetArrayLength() > 0
            ? Rows([.. data.EnumerateArray().Select(row => row.EnumerateObject().ToDictionary(field => field.Name, field => field.Value.ToString()))], Witness.Text(root, "symbol") ?? symbol, answer)
            : Testimony.Refused();
    }

    private static Testimony Said(string sentence) =>
        sentence.Contains("premium endpoint", StringComparison.Ordinal) && !sentence.Contains("per ", StringComparison.Ordinal) ? Testimony.Refused(ProviderErrorKind.NotEntitled)
        : sentence.Contains("per minute", StringComparison.Ordinal) || sentence.Contains("per day", StringComparison.Ordinal) || sentence.Contains("call volume", StringComparison.Ordinal) ? Testimony.Refused(ProviderErrorKind.RateLimited)
        : sentence.StartsWith("Invalid API call", StringComparison.Ordinal) ? Testimony.Refused(ProviderErrorKind.UnknownSymbol)
        : Testimony.Refused();

    private static Testimony Quote(JsonElement quote) => Witness.Text(quote, "01. symbol") is { } symbol && Witness.Value(quote, "05. price").Number is > 0 and var price
        ? new Testimony { Quotes = { [symbol] = price } }
        : Testimony.Refused(ProviderErrorKind.UnknownSymbol);

    private static Testimony Series(string name, string? symbol, JsonElement series)
    {
        var words = name["Time Series (".Length..^1];
        if (symbol is null || !Interval.TryParse(words, out var interval) || interval == Interval.OneHour)
            return Testimony.Refused();

        var rows = series.EnumerateObject().Select(row => (row.Name, Bar: new RawBar(
            Witness.Start(row.Name, interval.IsIntraday), Witness.Value(row.Value, "1. open"), Witness.Value(row.Value, "2. high"), Witness.Value(row.Value, "3. low"),
            Witness.Value(row.Value, "4. close"), Witness.Value(row.Value, Witness.Has(row.Value, "6. volume") ? "6. volume" : "5. volume"))));
        return Bars(symbol, interval, rows.Select(row => row.Bar));
    }

    /// <summary>Named by its end or by its start, and of longer hours: the bars that are answered are among these.</summary>
    private static Testimony Bars(string symbol, Interval interval, IEnumerable<RawBar> bars) => new()
    {
        Interval = interval,
        Bars = { [symbol] = [.. bars] },
        MayLack = interval.IsIntraday,
    };

    private static Testimony Csv(string text, string symbol, RecordedAnswer answer)
    {
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var header = lines.Length > 0 ? lines[0].Split(',') : [];
        return lines.Length < 2 || header.Length < 2
            ? Testimony.Refused()
            : Rows([.. lines.Skip(1).Select(line => header.Zip(line.Split(',')).ToDictionary(field => field.First, field => field.Second))], symbol, answer);
    }

    private static Testimony Rows(List<Dictionary<string, string>> rows, string symbol, RecordedAnswer answer)
    {
        var first = rows[0];
        if (first.ContainsKey("contractID"))
        {
            var expiries = rows.Select(row => DateOnly.Parse(row["expiration"], CultureInfo.InvariantCulture)).ToList();
            return new Testimony { Chain = (first["symbol"], [.. rows.Zip(expiries, (row, expiry) => (row["contractID"], expiry))], expiries.Max()) };
        }

        if (first.ContainsKey("effective_date"))
            return Actions(symbol, CorporateActionKind.Split, rows, "effective_date", "split_factor");
        if (first.ContainsKey("ex_dividend_date"))
            return Actions(symbol, CorporateActionKind.Dividend, rows, "ex_dividend_date", "amount");
        if (first.ContainsKey("latestDay") && first.TryGetValue("price", out var price))
            return new Testimony { Quotes = { [first["symbol"]] = Witness.Value(price).Number ?? 0 } };
        if (!first.ContainsKey("timestamp") || !first.ContainsKey("close"))
            return Testimony.Refused();
        if (Witness.IntervalOf(answer.Endpoint, rows.Select(row => DateTime.Parse(row["timestamp"], CultureInfo.InvariantCulture))) is not { } interval)
            return Testimony.Refused();
        return Bars(symbol, interval, rows.Select(row => new RawBar(
            Witness.Start(row["timestamp"], interval.IsIntraday), Witness.Value(row["open"]), Witness.Value(row["high"]), Witness.Value(row["low"]), Witness.Value(row["close"]),
            Witness.Value(row.GetValueOrDefault("volume", "")))));
    }

    private static Testimony Actions(string symbol, CorporateActionKind kind, List<Dictionary<string, string>> rows, string date, string value) => new()
    {
        ActionKind = kind,
        Actions =
        {
            [symbol] =
            [
                .. rows.Where(row => DateOnly.TryParse(row[date], CultureInfo.InvariantCulture, out _) && Witness.Value(row[value]).Number > 0)
                    .Select(row => new CorporateAction(kind, DateOnly.Parse(row[date], CultureInfo.InvariantCulture), Witness.Value(row[value]).Number!.Value)),
            ],
        },
    };
}
