using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace StocksDapr.Writer.Tests;

/// <summary>Stands where the sidecar does: keeps what is published and can be told to refuse it.</summary>
internal sealed class FakeSidecar : IAsyncDisposable
{
    private readonly WebApplication _app;

    private FakeSidecar(WebApplication app) => _app = app;

    public string Url => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();

    /// <summary>Topic, partition key and data of everything that was published, bulk or not.</summary>
    public ConcurrentQueue<(string Topic, string? PartitionKey, JsonElement Data)> Published { get; } = new();

    /// <summary>Publishing fails while this is set.</summary>
    public bool IsBroken { get; set; }

    public static async Task<FakeSidecar> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var sidecar = new FakeSidecar(builder.Build());
        sidecar._app.MapGet("/v1.0/healthz/{*rest}", () => Results.NoContent());
        sidecar._app.MapPost("/{version}/publish/{pubsub}/{topic}", sidecar.PublishAsync);
        sidecar._app.MapPost("/{version}/publish/bulk/{pubsub}/{topic}", sidecar.PublishBulkAsync);
        await sidecar._app.StartAsync();
        return sidecar;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task<IResult> PublishAsync(HttpRequest request, string topic)
    {
        if (IsBroken)
            return Results.StatusCode(500);

        Published.Enqueue((topic, request.Query["metadata.partitionKey"], await JsonSerializer.DeserializeAsync<JsonElement>(request.Body)));
        return Results.NoContent();
    }

    private async Task<IResult> PublishBulkAsync(HttpRequest request, string topic)
    {
        if (IsBroken)
            return Results.StatusCode(500);

        foreach (var entry in (await JsonSerializer.DeserializeAsync<JsonElement>(request.Body)).EnumerateArray())
            Published.Enqueue((topic, null, entry.GetProperty("event").Clone()));
        return Results.NoContent();
    }
}
