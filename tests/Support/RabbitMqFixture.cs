using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using StocksDapr.Sidecar.RabbitMq;
using StocksDapr.Sidecar.Running.Processes;

namespace StocksDapr.Support;

/// <summary>
/// A real RabbitMQ of a test class's own, with the management API, which the tests may kill and start again. Each test takes a virtual host of its own. Starting
/// it takes seconds: use it as class or collection fixture, once in an assembly.
/// </summary>
public sealed class RabbitMqFixture : IAsyncLifetime
{
    private static readonly RabbitMqSettings Settings = new() { Management = true, Supervised = false };
    private static readonly TimeSpan ManagementPatience = TimeSpan.FromMinutes(1);

    private string _folder = "";
    private RabbitMqBroker? _broker;
    private HttpClient? _management;
    private int _hosts;

    private string BrokerFolder => Path.Combine(_folder, ServerFolder.RabbitMq);

    private RabbitMqBroker Broker => _broker ?? throw new InvalidOperationException("The fixture has not been initialised.");

    public async Task InitializeAsync()
    {
        _folder = await ServerFolder.CreateAsync();
        await StartAsync();
    }

    public async Task DisposeAsync()
    {
        _management?.Dispose();
        if (_broker is not null)
            await _broker.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Makes an empty virtual host.</summary>
    public async Task<RabbitMqHost> CreateHostAsync()
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"test-{Interlocked.Increment(ref _hosts)}");
        var connection = new Uri(Broker.ConnectionString);
        await ManageAsync("PUT", $"/api/vhosts/{name}");
        await ManageAsync("PUT", $"/api/permissions/{name}/{connection.UserInfo.Split(':')[0]}", new JsonObject { ["configure"] = ".*", ["write"] = ".*", ["read"] = ".*" });
        return new RabbitMqHost(name, new Uri(connection, name).AbsoluteUri);
    }

    /// <summary>SIGKILL. The broker stays down until <see cref="StartAsync"/>.</summary>
    public async Task KillAsync()
    {
        UnixSignals.Send(Broker.Pid!.Value, UnixSignal.Kill);
        await Broker.DisposeAsync();
    }

    /// <summary>Starts the broker, after <see cref="KillAsync"/> on the same data and ports; returns when it takes connections.</summary>
    public async Task StartAsync()
    {
        _broker = await RabbitMqBroker.StartAsync(BrokerFolder, Settings, CancellationToken.None);
        if (_management is not null)
            return;
        _management = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{_broker.ManagementPort}") };
        var account = Encoding.UTF8.GetBytes(new Uri(_broker.ConnectionString).UserInfo);
        _management.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(account));

        // It listens a little later than the broker itself.
        await Eventually.PassAsync(() => ManageAsync("GET", "/api/overview"), ManagementPatience);
    }

    /// <summary>Asks the management API; null when it answers without a body. A body that is no JSON is an error, as is a status of 400 and above.</summary>
    public async Task<JsonNode?> ManageAsync(string method, string path, JsonNode? body = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null)
            request.Content = JsonContent.Create(body);
        using var response = await _management!.SendAsync(request);
        response.EnsureSuccessStatusCode();
        var text = await response.Content.ReadAsStringAsync();
        return text.Length == 0 ? null : JsonNode.Parse(text);
    }
}

/// <summary>A virtual host of the test's broker.</summary>
/// <param name="Name">Its name, as the management API has it.</param>
/// <param name="ConnectionString">The URL of the broker for this host, with user and password.</param>
public sealed record RabbitMqHost(string Name, string ConnectionString);
