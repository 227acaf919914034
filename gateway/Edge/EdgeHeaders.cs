using StocksDapr.Gateway.OpenApi;

namespace StocksDapr.Gateway.Edge;

/// <summary>Headers on every answer: the request's id, and what keeps a browser from doing more with an answer than it should.</summary>
internal sealed class EdgeHeaders(RequestDelegate next)
{
    private const string RequestIdHeader = "x-request-id";

    /// <summary>An answer of the API is data; a browser that shows it as a page gets nothing to run.</summary>
    private const string DataPolicy = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

    /// <summary>The page at /docs brings its scripts along, and styles itself inline.</summary>
    private const string PagePolicy =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
        + "frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

    public Task InvokeAsync(HttpContext context)
    {
        context.Response.OnStarting(
            static state =>
            {
                var response = (HttpContext)state;
                var headers = response.Response.Headers;
                headers[RequestIdHeader] = response.TraceIdentifier;
                headers.XContentTypeOptions = "nosniff";
                headers.XFrameOptions = "DENY";
                headers["Referrer-Policy"] = "no-referrer";
                headers["Cross-Origin-Resource-Policy"] = "same-origin";
                headers.ContentSecurityPolicy = response.Request.Path.StartsWithSegments(DescriptionEndpoints.PagePath) ? PagePolicy : DataPolicy;
                if (response.Request.IsHttps)
                    headers.StrictTransportSecurity = "max-age=31536000";
                return Task.CompletedTask;
            },
            context);
        return next(context);
    }
}
