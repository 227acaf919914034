using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using StocksDapr.Gateway.Access;
using StocksDapr.Sidecar.Hosting;
using StocksDapr.Support;

namespace StocksDapr.Gateway.House;

/// <summary>The gateway on a real port, with its real sidecar and a state store in memory, before services that are made up.</summary>
internal sealed class GatewayHouse : IAsyncDisposable
{
    public const string LocalKey = "a key of the machine that nobody else can know";
    public const string Password = "correct horse battery";

    private readonly DirectoryInfo _resources;
    private readonly List<WebApplication> _gateways = [];
    private readonly List<HttpClient> _clients = [];

    private GatewayHouse(DirectoryInfo resources, VirtualSidecar sidecar, FakeService query, FakeService collector, FakeService writer) =>
        (_resources, Sidecar, Query, Collector, Writer) = (resources, sidecar, query, collector, writer);

    public VirtualSidecar Sidecar { get; }

    public FakeService Query { get; }

    public FakeService Collector { get; }

    public FakeService Writer { get; }

    public WebApplication Gateway => _gateways[0];

    public Uri Address => new(Gateway.Urls.First());

    /// <summary>A client that shows nothing.</summary>
    public HttpClient Anonymous { get; private set; } = null!;

    /// <summary>A client with the machine's key.</summary>
    public HttpClient Local { get; private set; } = null!;

    public static async Task<GatewayHouse> StartAsync(TimeProvider? time = null, params string[] settings)
    {
        var resources = Directory.CreateTempSubdirectory("gateway-tests-");
        await ComponentAsync(resources, "statestore", "state.in-memory");
        await ComponentAsync(resources, "secretstore", "secretstores.local.env");
        var mesh = new SidecarMesh();
        var sidecar = new VirtualSidecar(
            new SidecarOptions
            {
                AppId = "gateway",
                ResourcesPaths = [resources.FullName],
                MaxBodySize = 1L << 40,
                ReadBufferSize = 64 * 1024,
                Environment = new Dictionary<string, string> { ["STOCKS_LOCAL_ADMIN_KEY"] = LocalKey },
            },
            mesh,
            NullLoggerFactory.Instance);
        await sidecar.StartAsync(CancellationToken.None);
        var house = new GatewayHouse(
            resources, sidecar, await FakeService.StartAsync("query", mesh), await FakeService.StartAsync("collector", mesh), await FakeService.StartAsync("writer", mesh));
        await house.AddGatewayAsync(time, settings);
        house.Anonymous = house.Client();
        house.Local = house.Client(LocalKey);
        return house;
    }

    /// <summary>Starts another replica before the same state store; returns its address.</summary>
    public async Task<Uri> AddGatewayAsync(TimeProvider? time = null, params string[] settings)
    {
        var gateway = GatewayService.Build(
            ["--urls=http://127.0.0.1:0", $"--DAPR_HTTP_PORT={Sidecar.HttpPort}", .. settings],
            builder =>
            {
                builder.Logging.ClearProviders();
                if (time is not null)
                    builder.Services.AddSingleton(time);
            });
        await gateway.StartAsync();
        _gateways.Add(gateway);

        // Asked within the process: a request that comes before the key is known would count as one of the address.
        var administrator = gateway.Services.GetRequiredService<LocalAdministrator>();
        await Eventually.BeTrueAsync(() => administrator.Accepts(LocalKey, IPAddress.Loopback));
        return new Uri(gateway.Urls.First());
    }

    public HttpClient Client(string? token = null, Uri? address = null)
    {
        var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = address ?? Address };
        if (token is not null)
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        _clients.Add(client);
        return client;
    }

    public HttpClient SignedIn(string name, string password = Password)
    {
        var client = Client();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{name}:{password}")));
        return client;
    }

    public Task<HttpResponseMessage> RegisterAsync(string? name, string? password = Password, HttpClient? client = null) =>
        (client ?? Anonymous).PostAsJsonAsync("/api/v1/accounts", new { name, password });

    /// <summary>Makes a token of the local administrator.</summary>
    public async Task<string> TokenAsync(params string[] scopes) => (string)(await MakeAsync(Local, new { scopes }))["token"]!;

    public static async Task<JsonNode> MakeAsync(HttpClient client, object wish)
    {
        using var answer = await client.PostAsJsonAsync("/api/v1/tokens", wish);
        var text = await answer.Content.ReadAsStringAsync();
        answer.StatusCode.Should().Be(HttpStatusCode.Created, text);
        return JsonNode.Parse(text)!;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
            client.Dispose();
        foreach (var gateway in _gateways)
            await gateway.DisposeAsync();
        await Query.DisposeAsync();
        await Collector.DisposeAsync();
        await Writer.DisposeAsync();
        await Sidecar.DisposeAsync();
        _resources.Delete(recursive: true);
    }

    private static Task ComponentAsync(DirectoryInfo folder, string name, string type) => File.WriteAllTextAsync(
        Path.Combine(folder.FullName, $"{name}.yaml"),
        $"""
        apiVersion: dapr.io/v1alpha1
        kind: Component
        metadata:
          name: {name}
        spec:
          type: {type}
          version: v1
        """);
}
