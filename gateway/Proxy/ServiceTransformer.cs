using Yarp.ReverseProxy.Forwarder;

namespace StocksDapr.Gateway.Proxy;

/// <summary>
/// What changes on the way in and out. In: the prefix of the public API goes; so do the caller's token, and every header by which the
/// sidecar would let itself be steered (<c>dapr-app-id</c> beats the path). Out: an error that the sidecar made instead of the service is held back.
/// </summary>
internal sealed class ServiceTransformer(SidecarAddress sidecar) : HttpTransformer
{
    private const string DaprHeaders = "dapr-";
    private const string ProblemMediaType = "application/problem+json";

    private static readonly object Unanswered = new();

    /// <summary>Whether the answer was the sidecar's own error, which the caller must not see.</summary>
    public static bool WasUnanswered(HttpContext context) => context.Items.ContainsKey(Unanswered);

    public override async ValueTask TransformRequestAsync(
        HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
        httpContext.Request.Path.StartsWithSegments(ServiceRoutes.Prefix, out var path);
        proxyRequest.RequestUri = RequestUtilities.MakeDestinationAddress(destinationPrefix, path, httpContext.Request.QueryString);

        var headers = proxyRequest.Headers;
        headers.Host = null;
        headers.Remove("Authorization");
        headers.Remove("Cookie");
        foreach (var header in httpContext.Request.Headers)
        {
            if (header.Key.StartsWith(DaprHeaders, StringComparison.OrdinalIgnoreCase))
                headers.Remove(header.Key);
        }

        headers.Remove("x-request-id");
        headers.TryAddWithoutValidation("x-request-id", httpContext.TraceIdentifier);
        headers.Remove("x-forwarded-prefix");
        headers.TryAddWithoutValidation("x-forwarded-prefix", ServiceRoutes.Prefix);
        if (sidecar.ApiToken is { } token)
            headers.TryAddWithoutValidation("dapr-api-token", token);
    }

    public override async ValueTask<bool> TransformResponseAsync(
        HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
    {
        // Services describe every error of theirs as a problem; a bare failure is the sidecar saying that it could not reach one.
        if (proxyResponse is not null && (int)proxyResponse.StatusCode >= 500 && proxyResponse.Content.Headers.ContentType?.MediaType != ProblemMediaType)
        {
            httpContext.Items[Unanswered] = true;
            return false;
        }

        var copiesBody = await base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);
        httpContext.Response.Headers.Remove("traceparent");
        return copiesBody;
    }
}
