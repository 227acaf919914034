using StocksDapr.Sidecar.Hosting;
using StocksDapr.Sidecar.Tracing;

namespace StocksDapr.Sidecar.Api;

/// <summary>One call of the sidecar's API: the HTTP context, the sidecar that was called, and the unescaped route parameters.</summary>
internal readonly struct ApiRequest(HttpContext http, SidecarContext sidecar, RouteMatch match, RequestPath path, TraceContext trace)
{
    public HttpContext Http { get; } = http;

    public SidecarContext Sidecar { get; } = sidecar;

    /// <summary>The request's path, cleaned.</summary>
    public RequestPath Path { get; } = path;

    /// <summary>The trace that the request belongs to.</summary>
    public TraceContext Trace { get; } = trace;

    public CancellationToken Aborted => Http.RequestAborted;

    /// <summary>A route parameter, unescaped.</summary>
    public string this[string parameter] => match.Get(parameter);

    /// <summary>The <c>metadata.*</c> parameters of the query; the first value of a key wins. Never null; compare keys with case.</summary>
    public Dictionary<string, string> Metadata() => MetadataQuery.Parse(Http.Request.QueryString.Value);

    /// <summary>The whole body. Throws <see cref="BodyTooLargeException"/> over the limit; its message is what daprd says.</summary>
    public ValueTask<ReadOnlyMemory<byte>> ReadBodyAsync() => RequestBody.ReadAsync(Http, Sidecar.Options.MaxBodySize);

    /// <summary>204 without body and content type.</summary>
    public Task NoContent()
    {
        Http.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    /// <summary>An answer with <c>application/json</c> (also for stored bytes, as daprd does).</summary>
    public async Task Json(ReadOnlyMemory<byte> body, int status = StatusCodes.Status200OK)
    {
        Http.Response.StatusCode = status;
        Http.Response.ContentType = "application/json";
        Http.Response.ContentLength = body.Length;
        await Http.Response.Body.WriteAsync(body, Aborted);
    }

    /// <summary>A simple error: <c>{"errorCode","message"}</c>.</summary>
    public Task Error(int status, string errorCode, string message) => new DaprError(status, errorCode, message).WriteAsync(Http);

    /// <summary>An error with details.</summary>
    public Task Error(DaprError error) => error.WriteAsync(Http);
}

/// <summary>Answers one API call.</summary>
internal delegate Task ApiHandler(ApiRequest request);
