using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using StocksDapr.Collector.Backfills;
using StocksDapr.Collector.Runs;
using StocksDapr.Collector.Schedules;
using StocksDapr.Collector.Tests.Collection;
using StocksDapr.Collector.Tests.Runs;
using StocksDapr.ServiceDefaults;

namespace StocksDapr.Collector.Tests.Backfills;

/// <summary>The side of the service that has to do with runs behind its real web server, on a Friday at noon; no sidecar is there, fakes take its place.</summary>
internal sealed class BackfillServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private BackfillServer()
    {
        var builder = RunsHost.Prepare(NoSidecar, Workflows, Store, new FridayNoon());
        builder.Services.AddSingleton<IRunClaims>(Claims);
        _app = builder.Build();
        _app.UseServiceDefaults();
        _app.MapSchedules();
        _app.MapBackfills();
    }

    /// <summary>Where nobody listens.</summary>
    public static IReadOnlyDictionary<string, string?> NoSidecar { get; } =
        new Dictionary<string, string?> { ["DAPR_HTTP_ENDPOINT"] = "http://127.0.0.1:1", ["DAPR_GRPC_ENDPOINT"] = "http://127.0.0.1:1" };

    public FakeWorkflows Workflows { get; } = new();

    public RunHouse.FakeClaims Claims { get; } = new();

    public FakeStore Store { get; } = new();

    public HttpClient Client { get; } = new();

    /// <summary>The backfills that were started; the schedule goes on beside them.</summary>
    public IReadOnlyList<(string Id, BackfillOrder Order)> Started =>
        [.. Workflows.Scheduled.Where(run => run.Workflow == nameof(RunBackfill)).Select(run => (run.Id, (BackfillOrder)run.Input))];

    public static async Task<BackfillServer> StartAsync()
    {
        var server = new BackfillServer();
        await server._app.StartAsync();
        server.Client.BaseAddress = new Uri(server._app.Urls.Single());
        return server;
    }

    public Task<HttpResponseMessage> PostAsync(object body, string? key = null) => PostTextAsync(JsonSerializer.Serialize(body), key);

    public async Task<HttpResponseMessage> PostTextAsync(string body, string? key = null, string contentType = "application/json")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/backfills") { Content = new StringContent(body, Encoding.UTF8, contentType) };
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        return await Client.SendAsync(request);
    }

    /// <summary>Pauses, resumes or cancels.</summary>
    public Task<HttpResponseMessage> TellAsync(string id, string verb) => Client.PostAsync($"/backfills/{id}/{verb}", content: null);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    /// <summary>The date stands still; timers do not.</summary>
    private sealed class FridayNoon : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => RunHouse.Noon;
    }
}
