using System.Globalization;
using System.Text;
using StocksDapr.Query.Requests;
using StocksDapr.Query.Storage;

namespace StocksDapr.Query.Imports;

/// <summary>A line of an imported file from which no bar could be made.</summary>
/// <param name="Line">Line in the unpacked file, the header being 1.</param>
/// <param name="Code">Stable, such as <c>bad-date</c>.</param>
/// <param name="Row">The line itself, at most 500 characters of it.</param>
internal sealed record Rejection(int Line, string Code, string Reason, string Row);

/// <summary><c>GET /imports/{id}/rejections</c>, in the order of the file, as JSON or CSV. Of CSV the next page is in the headers.</summary>
internal static class RejectionsEndpoint
{
    private const int DefaultLimit = 1_000;
    private const int MaxLimit = 10_000;

    private static readonly string[] Parameters = ["limit", "cursor"];

    public static async Task<IResult> ListAsync(
        HttpContext context, string id, MarketDatabase database, PublicPath path, CancellationToken cancellationToken)
    {
        var parameters = new ParameterReader(context.Request.QueryString, Parameters);
        var limit = parameters.Limit(DefaultLimit, MaxLimit);
        var list = $"rejections:{id}";
        var after = parameters.NumberCursor(list) ?? 0;
        if (parameters.Problem is { } problem)
            return problem.ToResult();
        if (!AcceptedForm.TryNegotiate(context.Request, out var csv))
            return AcceptedForm.NotAcceptable.ToResult();
        if (!ImportId.IsValid(id) || !await IsKnownAsync(database, id, cancellationToken))
            return ImportId.Unknown(id).ToResult();

        var rows = await database.ListAsync(
            ImportsSql.Rejections,
            [Parameter.Text(id), Parameter.Integer((int)Math.Min(after, int.MaxValue)), Parameter.Integer(limit + 1)],
            row => new Rejection(row.GetInt32(0), row.GetString(1), row.GetString(2), row.GetString(3)),
            cancellationToken);
        var page = ListPage<Rejection>.Of(rows, limit, last => ListCursor.Write(list, last.Line.ToString(CultureInfo.InvariantCulture)));
        context.Response.Headers.Vary = "Accept";
        if (page.Next is { } next)
        {
            path.LinkNext(context, $"/imports/{id}/rejections?limit={limit}&cursor={next}");
            if (csv)
                context.Response.Headers["X-Next-Cursor"] = next;
        }

        return csv ? TypedResults.Text(ToCsv(page.Items), "text/csv; charset=utf-8; header=present") : TypedResults.Ok(page);
    }

    private static async Task<bool> IsKnownAsync(MarketDatabase database, string id, CancellationToken cancellationToken) =>
        (await database.ListAsync(ImportsSql.Total, [Parameter.Text(id)], static _ => true, cancellationToken)).Count > 0;

    private static string ToCsv(IReadOnlyList<Rejection> rejections)
    {
        var csv = new StringBuilder("line,code,reason,row\r\n");
        foreach (var rejection in rejections)
        {
            csv.Append(CultureInfo.InvariantCulture, $"{rejection.Line},{CsvField.Escape(rejection.Code)},")
                .Append(CsvField.Escape(rejection.Reason)).Append(',').Append(CsvField.Escape(rejection.Row)).Append("\r\n");
        }

        return csv.ToString();
    }
}
