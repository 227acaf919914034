using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using StocksDapr.Sidecar.Hosting;
using StocksDapr.Support;

namespace StocksDapr.Conformance.Replaying;

/// <summary>A recorded setup, running: its folder, its applications and their sidecars.</summary>
internal sealed class ReplaySetup : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(20);
    private const int KilledCode = -9;
    private static readonly TimeSpan DefaultSettle = TimeSpan.FromMilliseconds(100);

    private readonly JsonObject _json;
    private readonly string _folder = Directory.CreateTempSubdirectory("conformance-").FullName;
    private readonly Dictionary<string, string> _captured = new(StringComparer.Ordinal);
    private readonly int _deadPort = FreePort();
    private List<VirtualSidecar> _sidecars = [];
    private SidecarMesh _mesh = new();
    private Task<int> _exit = Task.FromResult(0);

    private ReplaySetup(JsonObject json, string? postgres, RabbitMqFixture rabbitMq, RabbitMqHost? rabbitMqHost)
    {
        _json = json;
        Postgres = postgres;
        RabbitMq = rabbitMq;
        RabbitMqHost = rabbitMqHost;
        Apps = [.. json["apps"]!.AsArray().Select(app => new RecordedApp(Text(app!, "id")!, FreePort(), app!["subscribe"], app["rules"]?.AsArray(), Fill))];
    }

    public IReadOnlyList<RecordedApp> Apps { get; }

    /// <summary>Connection string of the setup's database; null when it needs none.</summary>
    public string? Postgres { get; }

    public RabbitMqFixture RabbitMq { get; }

    /// <summary>The setup's virtual host; null when it needs none.</summary>
    public RabbitMqHost? RabbitMqHost { get; }

    /// <summary>Ends with the exit code when the sidecars have been told to stop.</summary>
    public Task<int> Exit => _exit;

    private bool ExpectsExit => _json["expectExit"]?.GetValue<bool>() == true;

    public static async Task<ReplaySetup> StartAsync(string name, PostgresFixture postgres, RabbitMqFixture rabbitMq)
    {
        var json = Recording.Setups[name]!.AsObject();
        bool Needs(string wanted) => json["services"]?.AsArray().Any(service => service!.GetValue<string>() == wanted) == true;
        var setup = new ReplaySetup(
            json, Needs("postgres") ? await postgres.CreateDatabaseAsync() : null, rabbitMq, Needs("rabbitmq") ? await rabbitMq.CreateHostAsync() : null);
        try
        {
            setup.WriteFiles();
            for (var i = 0; i < setup.Apps.Count; i++)
            {
                if (json["apps"]![i]!["listen"]?.GetValue<bool>() != false) await setup.Apps[i].ListenAsync();
            }

            await setup.StartSidecarsAsync();
            return setup;
        }
        catch
        {
            await setup.DisposeAsync();
            throw;
        }
    }

    public RecordedApp App(string? id) => id is null ? Apps[0] : Apps.Single(app => app.Id == id);

    public int HttpPort(string? appId) => appId is null ? _sidecars[0].HttpPort : _sidecars.Single(sidecar => sidecar.Options.AppId == appId).HttpPort;

    public void Capture(string name, string value) => _captured[$"@{name}@"] = value;

    /// <summary>Puts in what the machine has, and what was captured.</summary>
    public string Fill(string text)
    {
        if (!text.Contains('@', StringComparison.Ordinal)) return text;
        foreach (var app in Apps) text = text.Replace($"@APP_PORT:{app.Id}@", app.Port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        foreach (var sidecar in _sidecars) text = text.Replace($"@HTTP_PORT:{sidecar.Options.AppId}@", sidecar.HttpPort.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        foreach (var (mark, value) in _captured) text = text.Replace(mark, value, StringComparison.Ordinal);
        return text.Replace("@DEAD_PORT@", _deadPort.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("@DIR@", _folder, StringComparison.Ordinal)
            .Replace("@POSTGRES@", Postgres ?? "", StringComparison.Ordinal)
            .Replace("@RABBITMQ@", RabbitMqHost?.ConnectionString ?? "", StringComparison.Ordinal)
            .Replace("@VHOST@", RabbitMqHost?.Name ?? "", StringComparison.Ordinal);
    }

    /// <summary>Starts the sidecars (again); a sidecar that cannot start has ended with code 1.</summary>
    /// <param name="waits">Whether to return only when they are ready.</param>
    public async Task StartSidecarsAsync(bool waits = true)
    {
        _mesh = new SidecarMesh();
        _sidecars = [.. Apps.Select((app, index) => new VirtualSidecar(Options(app, _json["apps"]![index]!.AsObject()), _mesh, NullLoggerFactory.Instance))];
        _exit = new TaskCompletionSource<int>().Task;
        try
        {
            foreach (var sidecar in _sidecars) await sidecar.StartAsync(CancellationToken.None);
        }
        catch (SidecarStartException) when (ExpectsExit)
        {
            _exit = Task.FromResult(1);
            return;
        }

        _exit = WatchAsync(_sidecars[0]);
        if (!waits) return;
        foreach (var (sidecar, app) in _sidecars.Zip(Apps))
        {
            if (app.IsListening || sidecar.Options.AppPort is null) await sidecar.WhenReady.WaitAsync(StartLimit);
        }

        await Task.Delay(_json["settleMs"]?.GetValue<int>() is { } settle ? TimeSpan.FromMilliseconds(settle) : DefaultSettle);
    }

    /// <summary>What SIGTERM does, or SIGKILL as far as a sidecar in this process can be killed: nothing under way is finished.</summary>
    public void Signal(string name) => _exit = name == "KILL" ? StopAllAsync(KilledCode, new CancellationToken(canceled: true)) : StopAllAsync(0);

    public void WriteResource(string name, string? content)
    {
        var path = Path.Combine(_folder, "resources", name);
        if (content is null) File.Delete(path);
        else File.WriteAllText(path, Fill(content));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var sidecar in _sidecars) await sidecar.DisposeAsync();
        foreach (var app in Apps) await app.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<int> WatchAsync(VirtualSidecar sidecar) => await StopAllAsync(await sidecar.ShutdownRequested);

    private async Task<int> StopAllAsync(int code, CancellationToken cancellationToken = default)
    {
        foreach (var sidecar in _sidecars) await sidecar.StopAsync(cancellationToken);
        return code;
    }

    private void WriteFiles()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "resources"));
        foreach (var file in _json["resources"]?.AsArray() ?? []) Write(file!.GetValue<string>(), "resources");
        foreach (var file in _json["files"]?.AsArray() ?? []) Write(file!.GetValue<string>(), "");
    }

    private void Write(string name, string folder) => File.WriteAllText(
        Path.Combine(_folder, folder, name), Fill(File.ReadAllText(Path.Combine(Recording.Folder, "components", name))));

    private SidecarOptions Options(RecordedApp app, JsonObject json)
    {
        var environment = Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>()
            .ToDictionary(entry => (string)entry.Key, entry => (string?)entry.Value ?? "", StringComparer.Ordinal);
        foreach (var (name, value) in _json["env"]?.AsObject() ?? []) environment[name] = Fill(value!.GetValue<string>());
        var flags = _json["flags"]?.AsObject() ?? [];
        return new SidecarOptions
        {
            AppId = app.Id,
            AppPort = json["noPort"]?.GetValue<bool>() == true ? null : app.Port,
            ResourcesPaths = [Path.Combine(_folder, "resources")],
            ConfigPaths = _json["config"] is { } config ? [Path.Combine(_folder, config.GetValue<string>())] : [],
            WorkingDirectory = _folder,
            Environment = environment,
            ApiToken = _json["env"]?["DAPR_API_TOKEN"]?.GetValue<string>() is { Length: > 0 } apiToken ? apiToken : null,
            AppToken = _json["env"]?["APP_API_TOKEN"]?.GetValue<string>() is { Length: > 0 } appToken ? appToken : null,
            AppHealth = Text(flags, "enable-app-health-check") == "true" ? Health(flags) : null,
        };
    }

    private static AppHealthOptions Health(JsonObject flags) => new()
    {
        Path = Text(flags, "app-health-check-path")!,
        Interval = TimeSpan.FromSeconds(Number(flags, "app-health-probe-interval")),
        Timeout = TimeSpan.FromMilliseconds(Number(flags, "app-health-probe-timeout")),
        Threshold = Number(flags, "app-health-threshold"),
    };

    private static int Number(JsonObject json, string name) => int.Parse(Text(json, name)!, CultureInfo.InvariantCulture);

    private static string? Text(JsonNode json, string name) => json[name]?.GetValue<string>();

    private static int FreePort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
