using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using StocksDapr.Collector.Collection;
using StocksDapr.Collector.Providers;
using StocksDapr.Collector.Providers.Keys;
using StocksDapr.Collector.Tests.Collection;
using StocksDapr.Collector.Tests.Runs;
using StocksDapr.Collector.Tracking;
using StocksDapr.Contracts;
using StocksDapr.ServiceDefaults;

namespace StocksDapr.Collector.Tests.Tracking;

/// <summary>The side of the service that has to do with tracking behind its real web server, with a state store and one vendor; there is no simulated market.</summary>
internal sealed class TrackingServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly RunHouse _house = new(symbols: 1, vendors: ["twelvedata"]);

    private TrackingServer(StateServer state, IReadOnlyDictionary<string, string?> settings, bool realVendors = false)
    {
        var all = new Dictionary<string, string?>(settings)
        {
            ["DAPR_HTTP_ENDPOINT"] = state.Endpoint,
            ["DAPR_GRPC_ENDPOINT"] = "http://127.0.0.1:1",
            ["Collector:Simulated:Enabled"] = "false",
        };
        var builder = RunsHost.Prepare(all, Workflows, Store);
        builder.Services.AddSingleton<IStoredBars>(Store);
        if (!realVendors)
        {
            builder.Services.AddSingleton<IProviderFunds>(Funds);
            builder.Services.RemoveAll<IMarketDataProvider>();
            builder.Services.AddSingleton<IMarketDataProvider>(_house.Provider);
        }

        _app = builder.Build();
        _app.UseServiceDefaults();
        _app.MapTracking();
    }

    public FakeWorkflows Workflows { get; } = new();

    public FakeStore Store { get; } = new();

    public RunHouse.FakeFunds Funds => _house.Funds;

    public HttpClient Client { get; } = new();

    public IServiceProvider Services => _app.Services;

    public ITrackedSymbols Tracked => _app.Services.GetRequiredService<ITrackedSymbols>();

    /// <param name="state">Shared by replicas.</param>
    /// <param name="settings">Such as <c>Collector:Tracking:Default</c>.</param>
    public static async Task<TrackingServer> StartAsync(StateServer state, params (string Name, string Value)[] settings)
    {
        var server = new TrackingServer(state, settings.ToDictionary(setting => setting.Name, setting => (string?)setting.Value));
        await server._app.StartAsync();
        server.Client.BaseAddress = new Uri(server._app.Urls.Single());
        return server;
    }

    /// <summary>With the vendors as they are registered, whose addresses and keys the settings give.</summary>
    public static async Task<TrackingServer> StartWithVendorsAsync(StateServer state, IReadOnlyDictionary<string, string?> settings)
    {
        var server = new TrackingServer(state, settings, realVendors: true);
        await server._app.StartAsync();
        return server;
    }

    public static async Task<TrackingServer> StartWithoutKeyAsync(StateServer state)
    {
        var server = new TrackingServer(state, new Dictionary<string, string?> { ["Collector:Markets:us-stocks:Providers"] = "twelvedata" });
        server.Funds.Largest["twelvedata"] = 0;
        await server._app.StartAsync();
        server.Client.BaseAddress = new Uri(server._app.Urls.Single());
        return server;
    }

    public async Task<HttpResponseMessage> PutAsync(string symbol, string? body = null, string account = "ann")
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, $"/symbols/{symbol}/tracking") { Headers = { { CallerHeader.Account, account } } };
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        return await Client.SendAsync(request);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        _house.Dispose();
    }
}
