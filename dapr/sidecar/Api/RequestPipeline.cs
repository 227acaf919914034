using Microsoft.AspNetCore.Http.Features;
using StocksDapr.Sidecar.Tracing;

namespace StocksDapr.Sidecar.Api;

/// <summary>What every request goes through, in daprd's order: path, tracing, CORS, token, route; whatever has no route is a service invocation.</summary>
/// <param name="router">The routes.</param>
/// <param name="fallback">Service invocation; null = the configuration does not allow it, and what has no route is not found.</param>
internal sealed class RequestPipeline(ApiRouter router, ApiHandler? fallback)
{
    private readonly ILogger _log = router.Sidecar.CreateLogger<RequestPipeline>();
    private readonly ApiToken _token = new(router.Sidecar.Options.ApiToken);
    private readonly bool _logsCalls = router.Sidecar.Options.ApiLogging;
    private readonly Cors _cors = new(router.Sidecar.Options.AllowedOrigins);

    public async Task HandleAsync(HttpContext http)
    {
        try
        {
            await RouteAsync(http);
            if (_logsCalls && !http.Request.Path.StartsWithSegments("/v1.0/healthz")) _log.ApiCalled(http.Request.Method, http.Request.Path.Value ?? "", http.Response.StatusCode);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The caller is gone; there is nobody to answer.
        }
        catch (BadHttpRequestException)
        {
            // Kestrel has its own answer for what is no HTTP.
            throw;
        }
        catch (Exception failure)
        {
            _log.RequestFailed(failure, http.Request.Method, http.Request.Path.Value ?? "");
            if (http.Response.HasStarted) http.Abort();
            else await new DaprError(StatusCodes.Status500InternalServerError, "ERROR", failure.Message).WriteAsync(http);
        }
    }

    /// <summary>The public port: health and metadata for whoever asks, and nothing else.</summary>
    public async Task HandlePublicAsync(HttpContext http)
    {
        var path = http.Request.Path.Value ?? "";
        if (HttpMethods.IsGet(http.Request.Method) && path is "/v1.0/healthz" or "/v1.0/healthz/outbound" or "/v1.0/metadata"
            && router.Find("GET", path, out var match) is { } handler && RequestPath.TryParse(path, out var parsed))
        {
            await handler(new ApiRequest(http, router.Sidecar, match, parsed, TraceContext.None));
            return;
        }

        await PlainText(http, StatusCodes.Status404NotFound, "404 page not found\n");
    }

    private async Task RouteAsync(HttpContext http)
    {
        var target = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        if (!RequestPath.TryParse(target, out var path))
        {
            await PlainText(http, StatusCodes.Status400BadRequest, "400 Bad Request");
            return;
        }

        var trace = TraceContext.None;
        if (!path.Text.Contains("/healthz", StringComparison.Ordinal))
        {
            if (!router.Sidecar.Tracer.TryRead(http.Request.Headers, out trace, out var problem))
            {
                await PlainText(http, StatusCodes.Status400BadRequest, $"invalid baggage header: {problem}\n");
                return;
            }

            Tracer.Write(http.Response.Headers, trace);
        }

        if (_cors.Answer(http)) return;
        if (!_token.Admits(http.Request, path.Text))
        {
            await PlainText(http, StatusCodes.Status401Unauthorized, "invalid api token\n");
            return;
        }

        if ((router.Find(http.Request.Method, path.Text, out var match) ?? fallback) is not { } handler)
        {
            if (router.Knows(path.Text)) http.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            else await PlainText(http, StatusCodes.Status404NotFound, "404 page not found\n");
            return;
        }

        if (!match.TryUnescape(out var broken))
        {
            await PlainText(http, StatusCodes.Status400BadRequest, $"failed to unescape request parameter: {broken}\n");
            return;
        }

        await handler(new ApiRequest(http, router.Sidecar, match, path, trace));
    }

    private static async Task PlainText(HttpContext http, int status, string text)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "text/plain; charset=utf-8";
        await http.Response.WriteAsync(text, http.RequestAborted);
    }
}
