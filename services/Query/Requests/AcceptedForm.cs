using Microsoft.Net.Http.Headers;

namespace StocksDapr.Query.Requests;

/// <summary>Whether a caller wants JSON or CSV.</summary>
internal static class AcceptedForm
{
    private const string Json = "application/json";
    private const string Csv = "text/csv";

    /// <summary>False if he takes neither. JSON where he has no preference.</summary>
    public static bool TryNegotiate(HttpRequest request, out bool csv)
    {
        csv = false;
        var accept = request.Headers.Accept;
        if (accept.Count == 0 || accept is ["*/*" or Json])
            return true;

        // What cannot be read as a media range is no wish; with no wish left anything will do.
        if (!MediaTypeHeaderValue.TryParseList(accept, out var wishes))
            return true;
        var (json, comma) = (Quality(wishes, Json), Quality(wishes, Csv));
        csv = comma > json;
        return json > 0 || comma > 0;
    }

    public static InvalidRequest NotAcceptable { get; } = new(
        "not_acceptable", "This comes as application/json or text/csv; Accept allows neither.", new { Accept = new[] { Json, Csv } },
        StatusCodes.Status406NotAcceptable);

    /// <summary>The most specific range that covers a type decides, as RFC 9110 says.</summary>
    private static double Quality(IList<MediaTypeHeaderValue> wishes, string type)
    {
        var wanted = new MediaTypeHeaderValue(type);
        MediaTypeHeaderValue? best = null;
        foreach (var wish in wishes)
        {
            if (wanted.IsSubsetOf(new MediaTypeHeaderValue(wish.MediaType)) && (best is null || Rank(wish) > Rank(best)))
                best = wish;
        }

        return best is null ? 0 : best.Quality ?? 1;

        static int Rank(MediaTypeHeaderValue range) => range.MatchesAllTypes ? 0 : range.MatchesAllSubTypes ? 1 : 2;
    }
}
