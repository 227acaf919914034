using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using StocksDapr.Collector.Collection;
using StocksDapr.Collector.Parts;
using StocksDapr.Market;
using StocksDapr.ServiceDefaults.Http;

namespace StocksDapr.Collector.Backfills;

/// <summary>Reads what a backfill is to be, and refuses what cannot be one.</summary>
internal sealed class BackfillReader(IEnumerable<DueBars> schedules, ExchangeCalendar calendar, TimeProvider time)
{
    public const int MaxSymbols = 500;
    public const int MaxParts = 5_000;

    /// <summary>A body that would be right.</summary>
    public static readonly object Example = new { symbols = new[] { "ALDR.SIM", "AMBR.SIM" }, interval = "15min", from = "2024-01-02", to = "2024-12-31", provider = "simulated" };

    private static readonly string[] Names = ["symbols", "interval", "from", "to", "provider"];

    private readonly DueBars[] _schedules = [.. schedules];

    /// <summary>The order, or the problem to answer with.</summary>
    /// <param name="body">What was sent.</param>
    /// <param name="patience">How patiently to ask again.</param>
    /// <param name="cancellationToken">Ends the look at who can be asked.</param>
    public async Task<(BackfillOrder? Order, IResult? Problem)> ReadAsync(JsonElement body, PartPatience patience, CancellationToken cancellationToken)
    {
        if (body.ValueKind != JsonValueKind.Object)
            return Bad("bad_body", "The body is a JSON object.");
        if (body.EnumerateObject().FirstOrDefault(property => !Names.Contains(property.Name, StringComparer.Ordinal)) is { Value.ValueKind: not JsonValueKind.Undefined } unknown)
            return Bad("unknown_property", $"'{Shown(unknown.Name)}' is not a property here; there are {string.Join(", ", Names)}.");
        if (Symbols(body, out var symbols) is { } badSymbols)
            return (null, badSymbols);

        var (asked, badProvider) = BackfillSources.Choose(body, symbols, await BackfillSources.AllAsync(_schedules, cancellationToken));
        if (asked is null)
            return (null, badProvider);
        if (IntervalOf(body, asked, out var interval) is { } badInterval)
            return (null, badInterval);
        if (Day(body, "from", out var from) is { } badFrom)
            return (null, badFrom);
        if (Day(body, "to", out var to) is { } badTo)
            return (null, badTo);
        if (Range(asked, interval, from, to) is { } badRange)
            return (null, badRange);

        var sources = asked.Of(interval);
        var ranges = BackfillRange.Cut(calendar, interval, from, to, sources[0].MaxBars);
        if (ranges.Count == 0)
            return Bad("no_sessions", $"There is no session from {Text(from)} to {Text(to)}.");

        var order = new BackfillOrder(
            Guid.NewGuid().ToString("N"), asked.Name, asked.Market, [.. sources.Select(source => source.Name)], interval, symbols, from, to, ranges,
            Math.Max(1, sources[0].SymbolsPerRequest(symbols, ranges[0].From, ranges[0].To)), patience);
        return order.Parts <= MaxParts
            ? (order, null)
            : Bad("range_too_long", $"This would take {order.Parts} requests to the provider; {MaxParts} is the most. Ask for fewer symbols, or for a shorter range.");
    }

    /// <summary>An id that is a function of the key and of what is asked for: a retry finds its backfill, another one gets its own.</summary>
    public static string IdOf(string? idempotencyKey, BackfillOrder order, TimeProvider time)
    {
        if (idempotencyKey is null)
            return $"backfill-{Guid.CreateVersion7(time.GetUtcNow())}";

        var text = string.Join('\n', [idempotencyKey, order.Provider, order.Interval.Code, Text(order.From), Text(order.To), .. order.Symbols]);
        return $"backfill-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16))}";
    }

    private static IResult? Symbols(JsonElement body, out IReadOnlyList<string> symbols)
    {
        symbols = [];
        if (!body.TryGetProperty("symbols", out var list) || list.ValueKind != JsonValueKind.Array || list.GetArrayLength() is 0 or > MaxSymbols)
            return ApiProblem.BadRequest("bad_symbols", $"symbols is an array of 1 to {MaxSymbols} symbols.", Example);

        var read = new List<string>();
        foreach (var item in list.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.String || !Symbol.TryNormalize(item.GetString(), out var symbol))
                return ApiProblem.BadRequest(
                    "bad_symbol", $"'{Shown(item.ToString())}' is not a symbol: 1 to {Symbol.MaxLength} of A-Z 0-9 . - ^ = / _, beginning with a letter, digit or ^.", Example);
            read.Add(symbol);
        }

        symbols = [.. read.Distinct(StringComparer.Ordinal)];
        return null;
    }

    private static IResult? IntervalOf(JsonElement body, BackfillSources asked, out Interval interval)
    {
        interval = Interval.OneDay;
        if (body.TryGetProperty("interval", out var text) && text.ValueKind == JsonValueKind.String && Interval.TryParse(text.GetString(), out var read) && asked.Of(read).Count > 0)
        {
            interval = read;
            return null;
        }

        return ApiProblem.BadRequest(
            "bad_interval", $"interval is one that {asked.Name} has: {string.Join(", ", Interval.All.Where(known => asked.Of(known).Count > 0))}.", Example);
    }

    private static IResult? Day(JsonElement body, string name, out DateOnly day)
    {
        day = default;
        return body.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String
            && DateOnly.TryParseExact(text.GetString(), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out day)
            ? null
            : ApiProblem.BadRequest($"bad_{name}", $"{name} is a day such as 2024-01-02.", Example);
    }

    private IResult? Range(BackfillSources asked, Interval interval, DateOnly from, DateOnly to)
    {
        var today = NewYorkTime.DateAt(time.GetUtcNow());
        if (to < from)
            return ApiProblem.BadRequest("bad_range", $"from {Text(from)} lies after to {Text(to)}; swap them.", Example);
        if (to > today)
            return ApiProblem.BadRequest("bad_to", $"to lies in the future; today is {Text(today)} in New York.", Example);
        if (from < calendar.FirstDay)
            return ApiProblem.BadRequest("bad_from", $"from lies before {Text(calendar.FirstDay)}, from which day on the exchange calendar is known.", Example);
        var sources = asked.Of(interval);
        if (!sources.Any(source => source.Since is not { } since || from >= DateOnly.FromDateTime(since.UtcDateTime)))
            return ApiProblem.BadRequest("bad_from", $"{asked.Name} has {interval} bars of the last {(time.GetUtcNow() - sources.Min(source => source.Since!.Value)).TotalDays:0} days only.", Example);
        return null;
    }

    private static string Text(DateOnly day) => day.ToString("O", CultureInfo.InvariantCulture);

    private static string Shown(string text) => text.Length <= 40 ? text : $"{text[..40]}…";

    private static (BackfillOrder? Order, IResult? Problem) Bad(string code, string detail) => (null, ApiProblem.BadRequest(code, detail, Example));
}
