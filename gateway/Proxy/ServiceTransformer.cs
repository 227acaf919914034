using Microsoft.Net.Http.Headers;
using StocksDapr.Contracts;
using Yarp.ReverseProxy.Forwarder;

namespace StocksDapr.Gateway.Proxy;

/// <summary>
/// What goes in and out. In: only headers that a service has a use for, so that neither the caller's token nor anything by which the sidecar
/// would let itself be steered (<c>dapr-app-id</c> beats the path) gets through, and nobody says for himself who he is. Out: an error that the sidecar made instead of the service is held back.
/// </summary>
internal sealed class ServiceTransformer(SidecarAddress sidecar) : HttpTransformer
{
    private const string ProblemMediaType = "application/problem+json";
    private const string RequestIdHeader = "x-request-id";
    private const string PrefixHeader = "x-forwarded-prefix";

    private static readonly string[] RequestHeaders =
    [
        HeaderNames.Accept, HeaderNames.AcceptEncoding, HeaderNames.AcceptLanguage, HeaderNames.CacheControl, HeaderNames.UserAgent,
        HeaderNames.IfMatch, HeaderNames.IfNoneMatch, HeaderNames.IfModifiedSince, HeaderNames.IfUnmodifiedSince, HeaderNames.IfRange, HeaderNames.Range,
        "Idempotency-Key", "Last-Event-ID", "X-File-Name",
    ];

    private static readonly string[] ContentHeaders =
        [HeaderNames.ContentType, HeaderNames.ContentEncoding, HeaderNames.ContentDisposition, HeaderNames.ContentLanguage];

    /// <summary>What the sidecar adds for its own purposes, or the web server of the service for its own.</summary>
    private static readonly string[] HiddenHeaders = ["traceparent", "tracestate", "baggage", HeaderNames.Server];

    private static readonly object Unanswered = new();

    /// <summary>The status of an answer that was not a service's own and is held back; null when there was none.</summary>
    public static int? HeldBack(HttpContext context) => context.Items.TryGetValue(Unanswered, out var status) ? status as int? : null;

    public override ValueTask TransformRequestAsync(
        HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        proxyRequest.RequestUri = RequestUtilities.MakeDestinationAddress(destinationPrefix, default, httpContext.Request.QueryString);
        var given = httpContext.Request.Headers;
        var headers = proxyRequest.Headers;
        foreach (var name in RequestHeaders)
        {
            if (given.TryGetValue(name, out var values))
                headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
        }

        if (proxyRequest.Content is { } content)
        {
            foreach (var name in ContentHeaders)
            {
                if (given.TryGetValue(name, out var values))
                    content.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
            }

            if (httpContext.Request.ContentLength is { } length && given.TransferEncoding.Count == 0)
                content.Headers.ContentLength = length;
        }

        headers.TryAddWithoutValidation(RequestIdHeader, httpContext.TraceIdentifier);
        headers.TryAddWithoutValidation(PrefixHeader, ServiceRoutes.Prefix);
        if (httpContext.User.Identity?.Name is { } account)
            headers.TryAddWithoutValidation(CallerHeader.Account, account);
        if (sidecar.ApiToken is { } token)
            headers.TryAddWithoutValidation("dapr-api-token", token);
        return default;
    }

    public override async ValueTask<bool> TransformResponseAsync(
        HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
    {
        // Services describe every error of theirs as a problem; a bare failure is the sidecar's, or a web server's that did not let the request in.
        if (proxyResponse is not null && (int)proxyResponse.StatusCode >= 400 && proxyResponse.Content.Headers.ContentType?.MediaType != ProblemMediaType)
        {
            httpContext.Items[Unanswered] = (int)proxyResponse.StatusCode;
            return false;
        }

        var copiesBody = await base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);
        foreach (var name in HiddenHeaders)
            httpContext.Response.Headers.Remove(name);
        return copiesBody;
    }
}
