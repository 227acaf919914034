using System.Diagnostics;
using System.Net;
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
        var error = await _forwarder.SendAsync(context, _sidecar.MethodPrefix(service), _client, _config, _transformer, context.RequestAborted);
        if (error is ForwarderError.None && !ServiceTransformer.WasUnanswered(context))
            return;
        if (context.Response.HasStarted || context.RequestAborted.IsCancellationRequested)
            return;

        // The caller's own body can break off: that is theirs to know, not a failure of the service.
        if (error is ForwarderError.RequestBodyClient or ForwarderError.RequestBodyCanceled)
        {
            await ApiProblem.WriteAsync(
                context, ApiProblem.Details(StatusCodes.Status400BadRequest, "body_incomplete", "The request's body ended before it was complete; nothing of it was kept.", retry: true, valid: null));
            return;
        }

        _metrics.CountUnanswered(service);
        _logger.ServiceDidNotAnswer(service, context.Request.Method, context.Request.Path, context.GetForwarderErrorFeature()?.Exception?.Message ?? error.ToString());
        await ApiProblem.WriteAsync(
            context,
            ApiProblem.Details(StatusCodes.Status503ServiceUnavailable, "service_unavailable", $"The service '{service}' does not answer at the moment.", retry: true, valid: null),
            RetryAfter);
    }

    public void Dispose() => _client.Dispose();
}
