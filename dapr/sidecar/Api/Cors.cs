namespace StocksDapr.Sidecar.Api;

/// <summary>Cross-origin rules; without allowed origins there are none.</summary>
internal sealed class Cors(IReadOnlyList<string> origins)
{
    private const string Methods = "HEAD, GET, POST, PUT, PATCH, DELETE";

    /// <summary>Sets the headers. True when the request was a preflight and is answered.</summary>
    public bool Answer(HttpContext http)
    {
        if (origins.Count == 0) return false;
        var origin = http.Request.Headers.Origin.ToString();
        if (origin.Length == 0) return false;
        var headers = http.Response.Headers;
        headers.Append("Vary", "Origin");
        var preflight = HttpMethods.IsOptions(http.Request.Method) && http.Request.Headers.ContainsKey("Access-Control-Request-Method");
        if (origins.Contains("*") || origins.Contains(origin, StringComparer.OrdinalIgnoreCase))
        {
            headers.AccessControlAllowOrigin = origins.Contains("*") ? "*" : origin;
            if (preflight)
            {
                headers.AccessControlAllowMethods = Methods;
                headers.AccessControlAllowHeaders = http.Request.Headers.AccessControlRequestHeaders;
            }
        }

        if (preflight) http.Response.StatusCode = StatusCodes.Status204NoContent;
        return preflight;
    }
}
