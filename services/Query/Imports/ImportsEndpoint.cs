using System.Globalization;
using StocksDapr.Query.Requests;
using StocksDapr.Query.Storage;

namespace StocksDapr.Query.Imports;

/// <summary>Which batches of an import are not stored yet, so that Collector sends them again.</summary>
/// <param name="Batches">How many there are; null until the file has been read.</param>
/// <param name="Missing">Ranges of batch numbers, both ends inclusive; while <paramref name="Batches"/> is null only those before the last one stored.</param>
internal sealed record MissingBatches(
    [property: System.Text.Json.Serialization.JsonIgnore(Condition = System.Text.Json.Serialization.JsonIgnoreCondition.Never)] int? Batches,
    IReadOnlyList<int[]> Missing);

/// <summary><c>GET /imports</c>, <c>GET /imports/{id}</c> and <c>GET /imports/{id}/missing-batches</c>.</summary>
internal static class ImportsEndpoint
{
    private const int DefaultLimit = 20;
    private const int MaxLimit = 100;
    private const string List = "imports";

    private static readonly string[] Parameters = ["limit", "cursor"];

    public static async Task<IResult> ListAsync(HttpContext context, ImportReceipts receipts, PublicPath path, CancellationToken cancellationToken)
    {
        var parameters = new ParameterReader(context.Request.QueryString, Parameters);
        var limit = parameters.Limit(DefaultLimit, MaxLimit);
        var before = parameters.Cursor(List, ReadCursor);
        if (parameters.Problem is { } problem)
            return problem.ToResult();

        var rows = await receipts.ListAsync(before?.Time, before?.Id, limit + 1, cancellationToken);
        var page = ListPage<(ImportReceipt Receipt, DateTimeOffset RecordedAt)>.Of(
            rows, limit, last => ListCursor.Write(List, string.Create(CultureInfo.InvariantCulture, $"{last.RecordedAt.UtcTicks} {last.Receipt.Id}")));
        if (page.Next is { } next)
            path.LinkNext(context, $"/imports?limit={limit}&cursor={next}");
        return TypedResults.Ok(new ListPage<ImportReceipt>([.. page.Items.Select(item => item.Receipt)], page.Next));
    }

    public static async Task<IResult> OneAsync(HttpContext context, string id, ImportReceipts receipts, CancellationToken cancellationToken)
    {
        if (new ParameterReader(context.Request.QueryString, []).Problem is { } problem)
            return problem.ToResult();
        var receipt = ImportId.IsValid(id) ? await receipts.FindAsync(id, cancellationToken) : null;
        return receipt is null ? ImportId.Unknown(id).ToResult() : TypedResults.Ok(receipt);
    }

    public static async Task<IResult> MissingAsync(HttpContext context, string id, MarketDatabase database, CancellationToken cancellationToken)
    {
        if (new ParameterReader(context.Request.QueryString, []).Problem is { } problem)
            return problem.ToResult();
        var total = ImportId.IsValid(id)
            ? await database.ListAsync(ImportsSql.Total, [Parameter.Text(id)], row => row.IntegerOrNull("batches"), cancellationToken)
            : [];
        if (total.Count == 0)
            return ImportId.Unknown(id).ToResult();

        var missing = await database.ListAsync(
            ImportsSql.MissingBatches,
            [Parameter.Text(id), Parameter.Integer(total[0])],
            row => new[] { row.GetInt32(0), row.GetInt32(1) },
            cancellationToken);
        return TypedResults.Ok(new MissingBatches(total[0], missing));
    }

    private static Before? ReadCursor(string text)
    {
        var parts = text.Split(' ', 2);
        return parts.Length == 2 && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var ticks)
            && ticks <= DateTime.MaxValue.Ticks
            ? new Before(new DateTimeOffset(ticks, TimeSpan.Zero), parts[1])
            : null;
    }

    private sealed record Before(DateTimeOffset Time, string Id);
}
