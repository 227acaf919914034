using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StocksDapr.Collector.Collection;
using StocksDapr.Collector.Providers.Keys;
using StocksDapr.Collector.Quotes;
using StocksDapr.Collector.Tests.Runs;
using StocksDapr.Collector.Tests.Tracking;
using StocksDapr.Collector.Tracking;
using StocksDapr.Contracts;
using StocksDapr.Market;
using StocksDapr.ServiceDefaults;
using StocksDapr.Support;

namespace StocksDapr.Collector.Tests.Quotes;

/// <summary><c>GET /quotes</c> behind its real web server, with two providers of the real market whose clock the test owns.</summary>
internal sealed class QuoteServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HttpClient _client = new();

    /// <param name="maxSymbols">How many symbols the first provider takes at once; the second takes one.</param>
    public QuoteServer(int maxSymbols = 8)
    {
        (First, Second) = (new QuoteVendor("twelvedata", Time, maxSymbols), new QuoteVendor("finnhub", Time, 1));
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Production" });
        builder.Configuration.AddInMemoryCollection([new("DAPR_HTTP_ENDPOINT", "http://127.0.0.1:1"), new("DAPR_GRPC_ENDPOINT", "http://127.0.0.1:1")]);
        builder.Services.AddSingleton<TimeProvider>(Time);
        builder.AddServiceDefaults(AppIds.Collector);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(ExchangeCalendar.UsEquities);
        builder.Services.AddSingleton<IProviderFunds>(Funds);
        builder.Services.AddSingleton(new CollectionPlan(Markets.UsStocks, new TrackedRoster(new FakeTracking(), Time), [First, Second], []));
        builder.AddQuotes();
        _app = builder.Build();
        _app.UseServiceDefaults();
        _app.MapQuotes();
    }

    /// <summary>In the middle of a session.</summary>
    public ManualTimeProvider Time { get; } = new(RunHouse.Noon);

    public QuoteVendor First { get; }

    public QuoteVendor Second { get; }

    public RunHouse.FakeFunds Funds { get; } = new();

    public static async Task<QuoteServer> StartAsync(int maxSymbols = 8)
    {
        var server = new QuoteServer(maxSymbols);
        await server._app.StartAsync();
        server._client.BaseAddress = new Uri(server._app.Urls.Single());
        return server;
    }

    public Task<HttpResponseMessage> AskAsync(string query, CancellationToken cancellationToken = default) => _client.GetAsync("/quotes" + query, cancellationToken);

    public async Task<JsonElement> GetAsync(string symbols)
    {
        using var response = await AskAsync("?symbols=" + symbols);
        response.EnsureSuccessStatusCode();
        using var document = JsonDocument.Parse(await response.Content.ReadAsStreamAsync());
        return document.RootElement.Clone();
    }

    /// <summary>As when the process is asked to end.</summary>
    public void Stop() => _app.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
