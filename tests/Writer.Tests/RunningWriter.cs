using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StocksDapr.Contracts.Json;
using StocksDapr.Contracts.Messages;
using StocksDapr.Support;

namespace StocksDapr.Writer.Tests;

/// <summary>Writer itself, listening on a port, between a database of its own and a fake sidecar; deliveries are posted as a sidecar would.</summary>
internal sealed class RunningWriter : IAsyncDisposable
{
    private readonly WebApplicationFactory<Metrics> _factory;
    private int _entries;

    private RunningWriter(WebApplicationFactory<Metrics> factory, FakeSidecar sidecar)
    {
        _factory = factory;
        Sidecar = sidecar;
        factory.StartServer();

        // Not the factory's client: that is cancelled as soon as the factory stops.
        var address = factory.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        Http = new HttpClient { BaseAddress = new Uri(address), Timeout = TimeSpan.FromSeconds(60) };
    }

    public FakeSidecar Sidecar { get; }

    public HttpClient Http { get; }

    public static async Task<RunningWriter> StartAsync(string connectionString, params (string Key, string Value)[] settings)
    {
        var sidecar = await FakeSidecar.StartAsync();
        var factory = new WebApplicationFactory<Metrics>().WithWebHostBuilder(host =>
        {
            host.ConfigureLogging(logging => logging.ClearProviders());
            host.UseUrls("http://127.0.0.1:0");
            host.UseSetting("ConnectionStrings:Stocks", connectionString);
            host.UseSetting("DAPR_HTTP_ENDPOINT", sidecar.Url);
            foreach (var (key, value) in settings)
                host.UseSetting(key, value);
        });
        factory.UseKestrel();
        return new RunningWriter(factory, sidecar);
    }

    public async Task<bool> IsReadyAsync() => (await Http.GetAsync("/readyz")).IsSuccessStatusCode;

    public Task BecomesReadyAsync() => Eventually.BeTrueAsync(IsReadyAsync);

    /// <summary>Delivers messages in one call and returns the status of each.</summary>
    public async Task<string[]> DeliverAsync(string topic, params object[] messages)
    {
        var entries = messages.Select(message => Entry(topic, message is JsonElement json ? json : JsonSerializer.SerializeToElement(message, Type(message), ContractsJson.Options))).ToList();
        return await DeliverEntriesAsync(topic, entries);
    }

    public async Task<string[]> DeliverEntriesAsync(string topic, IReadOnlyList<object> entries)
    {
        using var response = await Http.PostAsJsonAsync($"/topics/{topic}", new { id = "bulk", topic, pubsubname = "pubsub", entries });
        response.EnsureSuccessStatusCode();
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>();
        return [.. answer.GetProperty("statuses").EnumerateArray().Select(status => status.GetProperty("status").GetString()!)];
    }

    /// <summary>An entry of a bulk delivery around the data of an event.</summary>
    public object Entry(string topic, object? data, string? id = null)
    {
        var number = Interlocked.Increment(ref _entries);
        return new
        {
            entryId = $"entry-{number}",
            contentType = "application/cloudevents+json",
            metadata = new { },
            @event = new { id = id ?? $"event-{number}", specversion = "1.0", type = "com.dapr.event.sent", source = "test", topic, data },
        };
    }

    /// <summary>As a deployment stops it.</summary>
    public Task StopAsync() => _factory.Services.GetRequiredService<IHost>().StopAsync();

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _factory.DisposeAsync();
        await Sidecar.DisposeAsync();
    }

    // The kind of an event is written for its base type only.
    private static Type Type(object message) => message switch
    {
        ImportEvent => typeof(ImportEvent),
        RunEvent => typeof(RunEvent),
        _ => message.GetType(),
    };
}
