using System.Text.Json;
using System.Text.Json.Serialization;
using Npgsql;
using StocksDapr.Contracts.Json;
using StocksDapr.Market;
using StocksDapr.Query.Requests;
using StocksDapr.Query.Storage;

namespace StocksDapr.Query.Quality;

/// <summary>A line of an imported file.</summary>
internal sealed record ImportLine(string Import, int Line);

/// <summary>A bar, or the quote of an option, that broke a rule and was not stored.</summary>
/// <param name="Interval">Of the bar; absent of a quote.</param>
/// <param name="T">Start of the bar: a date, or a UTC instant for intraday bars. Of a quote: the expiry of its contract.</param>
/// <param name="Bar">Its values as they came: a number, the text that stood where a number belongs, or null. Absent of a quote.</param>
/// <param name="Contract">The option that the quote is of, as the provider named it; absent of a bar.</param>
/// <param name="Quote">The quote as it came; absent of a bar.</param>
/// <param name="Lines">Where imported files say it, the first 20 of these places.</param>
internal sealed record QuarantineItem(
    long Id,
    string Symbol,
    string? Interval,
    [property: JsonPropertyName("t")] string T,
    string Rule,
    string Detail,
    JsonElement? Bar,
    string? Contract,
    JsonElement? Quote,
    string Source,
    string RequestId,
    DateTimeOffset FetchedAt,
    DateTimeOffset RecordedAt,
    IReadOnlyList<ImportLine> Lines);

/// <summary>Something noticed about data that was stored all the same.</summary>
/// <param name="Interval">Of the bars; absent of option quotes.</param>
/// <param name="T">Start of the bar it is about; null if it is about a whole message. Of options: when they were quoted.</param>
/// <param name="Contract">The option that it is about, of several the first; absent of bars.</param>
internal sealed record FindingItem(
    long Id,
    string Symbol,
    string? Interval,
    [property: JsonPropertyName("t")] string? T,
    string Rule,
    string Detail,
    string? Contract,
    string Source,
    string RequestId,
    DateTimeOffset FetchedAt,
    DateTimeOffset RecordedAt);

/// <summary><c>GET /quality/quarantine</c> and <c>GET /quality/findings</c>, newest first.</summary>
internal static class QualityEndpoint
{
    private static readonly string[] QuarantineParameters = ["symbol", "rule", "import", "interval", "from", "to", "limit", "cursor"];
    private static readonly string[] FindingParameters = ["symbol", "rule", "interval", "from", "to", "limit", "cursor"];

    public static async Task<IResult> QuarantineAsync(
        HttpContext context, MarketDatabase database, PublicPath path, CancellationToken cancellationToken)
    {
        var filter = new QualityFilter(context.Request, "/quality/quarantine", QuarantineParameters);
        if (filter.Problem is { } problem)
            return problem.ToResult();

        var sql = filter.Import is null ? QualitySql.Quarantine : QualitySql.QuarantineOfImport;
        var rows = await database.ListAsync(sql, filter.ToParameters(), ReadQuarantined, cancellationToken);
        return TypedResults.Ok(filter.Page(context, path, rows, item => item.Id));
    }

    public static async Task<IResult> FindingsAsync(
        HttpContext context, MarketDatabase database, PublicPath path, CancellationToken cancellationToken)
    {
        var filter = new QualityFilter(context.Request, "/quality/findings", FindingParameters);
        if (filter.Problem is { } problem)
            return problem.ToResult();

        var rows = await database.ListAsync(QualitySql.Findings, filter.ToParameters(), ReadFinding, cancellationToken);
        return TypedResults.Ok(filter.Page(context, path, rows, item => item.Id));
    }

    private static QuarantineItem ReadQuarantined(NpgsqlDataReader row)
    {
        var interval = ReadInterval(row);
        var imports = row.Texts("imports");
        int[] lines = imports.Length == 0 ? [] : row.GetFieldValue<int[]>(row.GetOrdinal("lines"));
        using var said = JsonDocument.Parse(row.Text("bar"));
        var values = said.RootElement.Clone();
        return new QuarantineItem(
            row.Long("id"), row.Text("symbol"), interval?.Code, BarTime.ToText(row.Instant("start"), interval ?? Interval.OneDay), row.Text("rule"), row.Text("detail"),
            interval is null ? null : values, row.TextOrNull("contract"), interval is null ? values : null, row.Text("source"), row.Text("request_id"),
            row.Instant("fetched_at"), row.Instant("recorded_at"), [.. imports.Zip(lines, (import, line) => new ImportLine(import, line))]);
    }

    private static FindingItem ReadFinding(NpgsqlDataReader row)
    {
        var interval = ReadInterval(row);
        return new FindingItem(
            row.Long("id"), row.Text("symbol"), interval?.Code, row.InstantOrNull("start") is { } start ? BarTime.ToText(start, interval ?? Interval.OneMinute) : null,
            row.Text("rule"), row.Text("detail"), row.TextOrNull("contract"), row.Text("source"), row.Text("request_id"), row.Instant("fetched_at"),
            row.Instant("recorded_at"));
    }

    /// <summary>Null of options, which have none.</summary>
    private static Interval? ReadInterval(NpgsqlDataReader row) => row.Small("interval_id") is > 0 and var id ? Interval.FromId(id) : null;
}
