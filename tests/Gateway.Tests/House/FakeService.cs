using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using StocksDapr.Sidecar.Hosting;

namespace StocksDapr.Gateway.House;

/// <summary>A service behind the gateway, with a sidecar of its own: says what reached it, or what <see cref="Answer"/> makes of it.</summary>
internal sealed class FakeService : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly VirtualSidecar _sidecar;

    private FakeService(string appId, SidecarMesh mesh)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.Urls.Add("http://127.0.0.1:0");
        _app.Run(HandleAsync);
        _app.StartAsync().GetAwaiter().GetResult();
        _sidecar = new VirtualSidecar(
            new SidecarOptions { AppId = appId, AppPort = new Uri(_app.Urls.Single()).Port }, mesh, NullLoggerFactory.Instance);
    }

    /// <summary>Every request of another application that reached the service: method, target as it came, headers.</summary>
    public ConcurrentQueue<SeenRequest> Seen { get; } = new();

    /// <summary>Answers instead of the echo.</summary>
    public RequestDelegate? Answer { get; set; }

    public static async Task<FakeService> StartAsync(string appId, SidecarMesh mesh)
    {
        var service = new FakeService(appId, mesh);
        await service._sidecar.StartAsync(CancellationToken.None);
        await service._sidecar.WhenReady;
        return service;
    }

    /// <summary>Stops the service; its sidecar stays.</summary>
    public Task StopAppAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await _sidecar.DisposeAsync();
        await _app.DisposeAsync();
    }

    private async Task HandleAsync(HttpContext context)
    {
        var request = new SeenRequest(
            context.Request.Method,
            context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget,
            context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase));

        // Its own sidecar asks things too; only what was invoked counts.
        if (request.Headers.ContainsKey("dapr-caller-app-id"))
            Seen.Enqueue(request);
        if (Answer is { } answer)
        {
            await answer(context);
            return;
        }

        await context.Response.WriteAsJsonAsync(new JsonObject { ["method"] = request.Method, ["target"] = request.Target });
    }
}

internal sealed record SeenRequest(string Method, string Target, IReadOnlyDictionary<string, string> Headers);
