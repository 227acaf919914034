using System.Diagnostics;
using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;
using StocksDapr.Gateway.Edge;
using StocksDapr.ServiceDefaults.Http;
using Yarp.ReverseProxy.Forwarder;

namespace StocksDapr.Gateway.Proxy;

/// <summary>
/// Sends a request to a service through the gateway's Dapr sidecar and streams the answer back. When the service does not answer, the caller
/// gets a problem that says so and when to try again, never the sidecar's own error.
/// </summary>
internal sealed class ServiceProxy : IDisposable
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);

    private readonly IHttpForwarder _forwarder;
    private readonly SidecarAddress _sidecar;
    private readonly Metrics _metrics;
    private readonly ILogger<ServiceProxy> _logger;
    private readonly ServiceTransformer _transformer;

    // One HTTP/2 connection carries a hundred requests at once; YARP does nearly twice as many requests over it as over HTTP/1.1.
    private readonly HttpMessageInvoker _client = new(new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        EnableMultipleHttp2Connections = true,
        ConnectTimeout = TimeSpan.FromSeconds(5),
        ActivityHeadersPropagator = new ReverseProxyPropagator(DistributedContextPropagator.Current),
    });

    private readonly ForwarderRequestConfig _config = new()
    {
        Version = HttpVersion.Version20,
        VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        ActivityTimeout = TimeSpan.FromSeconds(100),
    };

    public ServiceProxy(IHttpForwarder forwarder, SidecarAddress sidecar, Metrics metrics, ILogger<ServiceProxy> logger)
    {
        _forwarder = forwarder;
        _sidecar = sidecar;
        _metrics = metrics;
        _logger = logger;
        _transformer = new ServiceTransformer(sidecar);
    }

    public async Task ForwardAsync(HttpContext context, string service)
    {
        if (!ServicePath.TryRead(context.Request.Path, out var path))
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, "bad_path", "The path has characters that no symbol and no id has.", retry: false, new { path = "/api/v1/bars/AAPL" });
            return;
        }

        if (context.Request.ContentLength > context.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize)
        {
            await RefuseTooLargeAsync(context);
            return;
        }

        // No service speaks anything but HTTP; as in HTTP, who cannot change the protocol goes on as if nothing had been asked.
        context.Request.Headers.Remove(HeaderNames.Upgrade);
        var error = await _forwarder.SendAsync(context, _sidecar.MethodPrefix(service) + path, _client, _config, _transformer, context.RequestAborted);
        var heldBack = ServiceTransformer.HeldBack(context);
        if ((error is ForwarderError.None && heldBack is null) || context.Response.HasStarted || context.RequestAborted.IsCancellationRequested)
            return;

        await ExplainAsync(context, service, error, heldBack);
    }

    public void Dispose() => _client.Dispose();

    private Task ExplainAsync(HttpContext context, string service, ForwarderError error, int? heldBack)
    {
        // The caller's own body can break off or be too large: that is theirs to know, not a failure of the service.
        var failure = context.GetForwarderErrorFeature()?.Exception;
        if (BodyFailure(failure) is { } refused)
        {
            return refused.StatusCode == StatusCodes.Status413PayloadTooLarge
                ? RefuseTooLargeAsync(context)
                : RefuseAsync(
                    context, refused.StatusCode, "body_incomplete", "The request's body ended, or stopped coming, before it was complete; nothing of it was kept.", retry: true, valid: null);
        }

        switch (heldBack)
        {
            case StatusCodes.Status413PayloadTooLarge:
                return RefuseTooLargeAsync(context);
            case StatusCodes.Status414UriTooLong or StatusCodes.Status431RequestHeaderFieldsTooLarge:
                return RefuseAsync(
                    context, heldBack.Value, "request_too_long", "The request's line and headers are too long.", retry: false, new { symbols = "at most 500 in one request" });
        }

        _metrics.CountUnanswered(service);
        _logger.ServiceDidNotAnswer(service, context.Request.Method, context.Request.Path, failure?.Message ?? heldBack?.ToString(CultureInfo.InvariantCulture) ?? error.ToString());
        return ApiProblem.WriteAsync(
            context,
            ApiProblem.Details(StatusCodes.Status503ServiceUnavailable, "service_unavailable", $"The service '{service}' does not answer at the moment.", retry: true, valid: null),
            RetryAfter);
    }

    private static BadHttpRequestException? BodyFailure(Exception? failure)
    {
        for (; failure is not null; failure = (failure as AggregateException)?.InnerExceptions.FirstOrDefault(inner => BodyFailure(inner) is not null) ?? failure.InnerException)
        {
            if (failure is BadHttpRequestException bad)
                return bad;
        }

        return null;
    }

    private static Task RefuseTooLargeAsync(HttpContext context) => RefuseAsync(
        context,
        StatusCodes.Status413PayloadTooLarge,
        "body_too_large",
        "The request's body is too large.",
        retry: false,
        new { bytes = EdgeLimits.BodyBytes, larger = "POST /api/v1/imports takes files of any size" });

    private static Task RefuseAsync(HttpContext context, int status, string code, string detail, bool retry, object? valid) =>
        ApiProblem.WriteAsync(context, ApiProblem.Details(status, code, detail, retry, valid));
}
