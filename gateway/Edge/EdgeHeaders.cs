namespace StocksDapr.Gateway.Edge;

/// <summary>Headers on every answer: the request's id, and what keeps a browser from doing more with an answer than it should.</summary>
internal sealed class EdgeHeaders(RequestDelegate next)
{
    // The page at /docs brings its scripts and styles along, some of them inline.
    private const string ContentSecurityPolicy =
        "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

    public Task InvokeAsync(HttpContext context)
    {
        context.Response.OnStarting(
            static state =>
            {
                var response = (HttpContext)state;
                var headers = response.Response.Headers;
                headers["x-request-id"] = response.TraceIdentifier;
                headers.XContentTypeOptions = "nosniff";
                headers.XFrameOptions = "DENY";
                headers["Referrer-Policy"] = "no-referrer";
                headers["Cross-Origin-Resource-Policy"] = "same-origin";
                headers.ContentSecurityPolicy = ContentSecurityPolicy;
                if (response.Request.IsHttps)
                    headers.StrictTransportSecurity = "max-age=31536000";
                return Task.CompletedTask;
            },
            context);
        return next(context);
    }
}
