using System.Globalization;
using System.Text.Json.Nodes;
using StocksDapr.Support;

namespace StocksDapr.Conformance.Replaying;

/// <summary>A recorded setup, running: its folder, its applications and their sidecars.</summary>
internal sealed class ReplaySetup : IAsyncDisposable
{
    private static readonly TimeSpan DefaultSettle = TimeSpan.FromMilliseconds(100);

    private readonly JsonObject _json;
    private readonly string _folder = Directory.CreateTempSubdirectory("conformance-").FullName;
    private readonly Dictionary<string, string> _captured = new(StringComparer.Ordinal);
    private readonly int _deadPort = FreePorts.Next();
    private readonly ISidecars _sidecars;

    private ReplaySetup(JsonObject json, string? postgres, RabbitMqFixture rabbitMq, RabbitMqHost? rabbitMqHost, IReadOnlyList<string>? command)
    {
        _json = json;
        Postgres = postgres;
        RabbitMq = rabbitMq;
        RabbitMqHost = rabbitMqHost;
        Apps = [.. json["apps"]!.AsArray().Select(app => new RecordedApp(Text(app!, "id")!, FreePorts.Next(), app!["subscribe"], app["rules"]?.AsArray(), Fill))];
        SidecarStart[] starts = [.. Apps.Select((app, index) => Start(app, json["apps"]![index]!.AsObject()))];
        _sidecars = command is null ? new HostedSidecars(starts, EnvironmentOf(json), _folder) : new SidecarProcesses(command, starts, EnvironmentOf(json), _folder);
    }

    public IReadOnlyList<RecordedApp> Apps { get; }

    /// <summary>Connection string of the setup's database; null when it needs none.</summary>
    public string? Postgres { get; }

    public RabbitMqFixture RabbitMq { get; }

    /// <summary>The setup's virtual host; null when it needs none.</summary>
    public RabbitMqHost? RabbitMqHost { get; }

    /// <summary>Ends with the exit code when the sidecars have been told to stop.</summary>
    public Task<int> Exit => _sidecars.Exit;

    private bool ExpectsExit => _json["expectExit"]?.GetValue<bool>() == true;

    public static Task<ReplaySetup> StartAsync(string name, PostgresFixture postgres, RabbitMqFixture rabbitMq, IReadOnlyList<string>? command) =>
        StartAsync(Recording.Setups[name]!.AsObject(), postgres, rabbitMq, command);

    public static async Task<ReplaySetup> StartAsync(JsonObject json, PostgresFixture postgres, RabbitMqFixture rabbitMq, IReadOnlyList<string>? command)
    {
        bool Needs(string wanted) => json["services"]?.AsArray().Any(service => service!.GetValue<string>() == wanted) == true;
        var setup = new ReplaySetup(
            json, Needs("postgres") ? await postgres.CreateDatabaseAsync() : null, rabbitMq, Needs("rabbitmq") ? await rabbitMq.CreateHostAsync() : null, command);
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

    public int HttpPort(string? appId) => _sidecars.HttpPort(appId ?? Apps[0].Id) ?? throw new InvalidOperationException("the sidecar has not been started");

    /// <summary>The gRPC port of the first application's sidecar.</summary>
    public int GrpcPort() => _sidecars.GrpcPort(Apps[0].Id) ?? throw new InvalidOperationException("the sidecar has no gRPC port");

    public void Capture(string name, string value) => _captured[$"@{name}@"] = value;

    /// <summary>Puts in what the machine has, and what was captured.</summary>
    public string Fill(string text)
    {
        if (!text.Contains('@', StringComparison.Ordinal)) return text;
        foreach (var app in Apps)
        {
            text = text.Replace($"@APP_PORT:{app.Id}@", app.Port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
            if (_sidecars?.HttpPort(app.Id) is { } port) text = text.Replace($"@HTTP_PORT:{app.Id}@", port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        }

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
        await _sidecars.StartAsync(ExpectsExit, waits);
        if (ExpectsExit || !waits) return;
        await Task.Delay(_json["settleMs"]?.GetValue<int>() is { } settle ? TimeSpan.FromMilliseconds(settle) : DefaultSettle);
    }

    /// <summary>What SIGTERM or SIGKILL does, by their names.</summary>
    public void Signal(string name) => _sidecars.Signal(name);

    public void WriteResource(string name, string? content)
    {
        var path = Path.Combine(_folder, "resources", name);
        if (content is null) File.Delete(path);
        else File.WriteAllText(path, Fill(content));
    }

    public async ValueTask DisposeAsync()
    {
        await _sidecars.DisposeAsync();
        foreach (var app in Apps) await app.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private void WriteFiles()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "resources"));
        foreach (var file in _json["resources"]?.AsArray() ?? []) Write(file!.GetValue<string>(), "resources");
        foreach (var file in _json["files"]?.AsArray() ?? []) Write(file!.GetValue<string>(), "");
    }

    private void Write(string name, string folder) => File.WriteAllText(
        Path.Combine(_folder, folder, name), Fill(File.ReadAllText(Path.Combine(Recording.Folder, "components", name))));

    private SidecarStart Start(RecordedApp app, JsonObject json)
    {
        var hasApp = json["noPort"]?.GetValue<bool>() != true;
        List<string> flags = ["--app-id", app.Id, "--resources-path", Path.Combine(_folder, "resources")];
        if (hasApp) flags.AddRange(["--app-port", app.Port.ToString(CultureInfo.InvariantCulture)]);
        if (Text(_json, "config") is { } config) flags.AddRange(["--config", Path.Combine(_folder, config)]);
        flags.AddRange((_json["flags"]?.AsObject() ?? []).Select(flag => $"--{flag.Key}={flag.Value!.GetValue<string>()}"));
        return new SidecarStart(app, flags, hasApp);
    }

    private Dictionary<string, string> EnvironmentOf(JsonObject json)
    {
        var environment = Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>()
            .ToDictionary(entry => (string)entry.Key, entry => (string?)entry.Value ?? "", StringComparer.Ordinal);
        foreach (var (name, value) in json["env"]?.AsObject() ?? []) environment[name] = Fill(value!.GetValue<string>());
        return environment;
    }

    private static string? Text(JsonNode json, string name) => json[name]?.GetValue<string>();
}
