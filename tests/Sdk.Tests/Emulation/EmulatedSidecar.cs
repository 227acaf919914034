using System.Collections.Concurrent;
using Dapr.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace StocksDapr.Sdk.Emulation;

/// <summary>
/// Answers over HTTP as daprd does: 204 for what has no content, raw etags, its error bodies. Keeps state in memory, records every request,
/// and answers the next one as a test says.
/// </summary>
internal sealed class EmulatedSidecar : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<Func<HttpContext, Task>> _script = new();
    private readonly ConcurrentQueue<RecordedRequest> _requests = new();
    private readonly EmulatedState _state = new();

    private EmulatedSidecar(WebApplication app)
    {
        _app = app;
        app.Run(HandleAsync);
    }

    public string Endpoint => _app.Urls.Single();

    public IReadOnlyList<RecordedRequest> Requests => [.. _requests];

    public RecordedRequest Request => Requests.Should().ContainSingle().Subject;

    public static async Task<EmulatedSidecar> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = null).UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var sidecar = new EmulatedSidecar(builder.Build());
        await sidecar._app.StartAsync();
        return sidecar;
    }

    public DaprClient Client(Action<DaprClientBuilder>? configure = null)
    {
        var builder = new DaprClientBuilder().UseHttpEndpoint(Endpoint);
        configure?.Invoke(builder);
        return builder.Build();
    }

    /// <summary>Says how the next request is answered.</summary>
    public void Next(int status, string? body = null, string contentType = "application/json", params (string Name, string Value)[] headers) =>
        Next(async context =>
        {
            context.Response.StatusCode = status;
            foreach (var (name, value) in headers) context.Response.Headers[name] = value;
            if (body is null) return;
            context.Response.ContentType = contentType;
            await context.Response.WriteAsync(body);
        });

    public void Next(Func<HttpContext, Task> answer) => _script.Enqueue(answer);

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task HandleAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync(context.RequestAborted);
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        // The server clears its own headers for the next request on the connection.
        var headers = new HeaderDictionary(context.Request.Headers.ToDictionary(StringComparer.OrdinalIgnoreCase));
        var request = new RecordedRequest(context.Request.Method, target, headers, body);
        _requests.Enqueue(request);

        if (_script.TryDequeue(out var answer)) await answer(context);
        else if (target.StartsWith("/v1.0/state/", StringComparison.Ordinal)) await _state.HandleAsync(request, context.Response);
        else context.Response.StatusCode = StatusCodes.Status204NoContent;
    }
}
