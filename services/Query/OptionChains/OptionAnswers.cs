using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using StocksDapr.Contracts.Json;
using StocksDapr.Query.Bars;
using StocksDapr.Query.Requests;

namespace StocksDapr.Query.OptionChains;

/// <summary>
/// Sends answers about options: as JSON, with every missing value as null, or as CSV; with an entity tag over what was quoted, so that an answer of
/// the same snapshot need not be sent again although it has grown older.
/// </summary>
internal static class OptionAnswers
{
    private const string CsvType = "text/csv; charset=utf-8; header=present";

    private static readonly JsonSerializerOptions Json = new(ContractsJson.Options) { DefaultIgnoreCondition = JsonIgnoreCondition.Never };

    /// <param name="answer">The answer as a whole.</param>
    /// <param name="settled">What of it does not depend on when it is asked for: over this the tag is made.</param>
    public static IResult Send<T>(HttpContext context, T answer, object settled, bool csv, IReadOnlyList<ContractQuote> quotes, string? next)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(settled, settled.GetType(), Json);
        var tag = string.Create(CultureInfo.InvariantCulture, $"W/\"{Hashing.Add(Hashing.Seed, bytes):x16}{(csv ? "c" : "j")}\"");
        var headers = context.Response.Headers;
        headers.ETag = tag;
        headers.CacheControl = "private, no-cache";
        headers.Vary = "Accept";
        if (csv && next is not null)
            headers["X-Next-Cursor"] = next;
        if (context.Request.Headers.IfNoneMatch is { Count: > 0 } known && EntityTag.Matches(known, tag))
            return TypedResults.StatusCode(StatusCodes.Status304NotModified);
        return csv ? TypedResults.Text(ToCsv(quotes), CsvType) : TypedResults.Json(answer, Json);
    }

    private static string ToCsv(IReadOnlyList<ContractQuote> quotes)
    {
        var csv = new StringBuilder(
            "contract,type,expiry,strike,bid,ask,mid,last,lastTradeAt,volume,openInterest,impliedVolatility,delta,gamma,vega,theta,rho,vendorImpliedVolatility,quotedAt,source\r\n",
            200 * (quotes.Count + 1));
        foreach (var quote in quotes)
        {
            csv.Append(
                CultureInfo.InvariantCulture,
                $"{quote.Contract},{quote.Type},{quote.Expiry:yyyy-MM-dd},{quote.Strike},{quote.Bid},{quote.Ask},{quote.Mid},{quote.Last},{Instant(quote.LastTradeAt)},{quote.Volume},{quote.OpenInterest},");
            csv.Append(
                CultureInfo.InvariantCulture,
                $"{quote.ImpliedVolatility},{quote.Delta},{quote.Gamma},{quote.Vega},{quote.Theta},{quote.Rho},{quote.VendorImpliedVolatility},{Instant(quote.QuotedAt)},{CsvField.Escape(quote.Source)}\r\n");
        }

        return csv.ToString();
    }

    private static string Instant(DateTimeOffset? instant) =>
        instant?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture) ?? "";
}
