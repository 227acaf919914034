using System.Collections;
using System.Globalization;
using StocksDapr.Sidecar.RabbitMq;
using StocksDapr.Sidecar.Running.Builds;
using StocksDapr.Sidecar.Running.Display;
using StocksDapr.Sidecar.Running.Logs;
using StocksDapr.Sidecar.Running.Ports;
using StocksDapr.Sidecar.Running.Processes;
using StocksDapr.Sidecar.Running.Records;
using StocksDapr.Sidecar.Running.Sidecars;
using StocksDapr.Sidecar.Running.Supervision;
using StocksDapr.Sidecar.Running.Templates;
using StocksDapr.Sidecar.State.Postgres;

namespace StocksDapr.Sidecar.Running;

/// <summary>
/// One run of a template on this machine: database, broker where components want one, sidecars, applications. Started in that order, watched, and stopped in the opposite one
/// (the applications in the template's order, so that the edge closes first).
/// </summary>
internal sealed class Run : IAsyncDisposable
{
    /// <summary>The secret with which the local commands sign in; see <see cref="DataFolder.AdministratorKey"/>.</summary>
    public const string AdministratorKeyVariable = "STOCKS_LOCAL_ADMIN_KEY";

    private const string SimulatedEnabled = "Collector__Simulated__Enabled";

    private static readonly TimeSpan AppGrace = TimeSpan.FromSeconds(15);

    private readonly RunPlan _plan;
    private readonly RunOptions _options;
    private readonly DataFolder _data;
    private readonly IRunDisplay _display;
    private readonly TimeProvider _time;
    private readonly RunBoard _board;
    private readonly ServiceRow _databaseRow;
    private readonly ServiceRow? _brokerRow;
    private readonly Dictionary<string, ServiceRow> _appRows = [];
    private readonly List<SupervisedProcess> _apps = [];
    private readonly List<RotatingLog> _files = [];
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(2) };
    private IReadOnlyList<ServiceRow> _daprdRows = [];
    private ServiceRow? _sidecarRow;
    private RunDatabase? _database;
    private RunBroker? _broker;
    private IRunSidecars? _sidecars;
    private RunReadiness? _readiness;

    public Run(RunPlan plan, RunOptions options, DataFolder data, RunBoard board, IRunDisplay display, TimeProvider time)
    {
        (_plan, _options, _data, _board, _display, _time) = (plan, options, data, board, display, time);
        _databaseRow = board.Add(new ServiceRow(Leftovers.PostgresName, "", null));
        _brokerRow = RunBroker.IsWanted(plan) ? board.Add(new ServiceRow(Leftovers.RabbitMqName, "", null)) : null;
        AddSidecarRows();
        foreach (var app in plan.Apps.Where(app => app.Command.Count > 0))
            _appRows[app.AppId] = board.Add(new ServiceRow(app.AppId, Address(app), data.LogOf(app.AppId)));
    }

    /// <summary>Completes when the run is ready for its users; fails when it cannot become that.</summary>
    public Task Ready => _readiness?.Ready ?? throw new InvalidOperationException("The run has not been started.");

    /// <summary>Who is not ready, with their states.</summary>
    public string NotReady => string.Join(
        ", ", _appRows.Values.Where(row => row.State != ServiceState.Ready).Select(row => $"{row.Name} is {ServiceTable.Word(row.State)}"));

    /// <summary>The address of the gateway, <c>http://127.0.0.1:8080</c>; null when the template has none.</summary>
    public static string? GatewayOf(RunPlan plan) =>
        plan.Find(RunOverrides.Gateway) is { AppPort: > 0 } gateway ? Address(gateway) : null;

    /// <summary>Starts everything; returns when every process has been started. See <see cref="Ready"/> for the rest.</summary>
    /// <exception cref="RunFailedException">Something that the run stands on cannot be had.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await RequireFreePortsAsync(cancellationToken);
        await Task.WhenAll(BuildAsync(cancellationToken), StartDatabaseAsync(cancellationToken), StartBrokerAsync(cancellationToken));
        _display.Step("starting the sidecars");
        _sidecars = _options.Daprd ? Daprds() : Embedded();
        await _sidecars.StartAsync(cancellationToken);
        _display.Step($"starting {string.Join(", ", _appRows.Keys)}");
        await StartAppsAsync();
        _readiness = new RunReadiness(_plan, _board, _appRows, FillsItself(), _time);
        _readiness.Start();
    }

    /// <summary>Stops everything in order. With hurry, processes are killed instead of asked.</summary>
    public async Task StopAsync(CancellationToken hurry)
    {
        if (_board.State != RunState.Failed)
            _board.State = RunState.Stopping;
        if (_readiness is not null)
            await _readiness.StopAsync();
        foreach (var app in _apps)
            await app.StopAsync(AppGrace, hurry);
        if (_sidecars is not null)
            await _sidecars.StopAsync(hurry);
        if (_broker is not null)
            await _broker.DisposeAsync();
        if (_database is not null)
            await _database.DisposeAsync();
        if (_board.State != RunState.Failed)
            _board.State = RunState.Stopped;
    }

    public async ValueTask DisposeAsync()
    {
        if (_readiness is not null)
            await _readiness.DisposeAsync();
        if (_sidecars is not null)
            await _sidecars.DisposeAsync();
        foreach (var app in _apps)
            app.Dispose();
        foreach (var file in _files)
            file.Dispose();
        _http.Dispose();
    }

    private static string Address(AppPlan app) =>
        app.AppPort > 0 ? string.Create(CultureInfo.InvariantCulture, $"http://{app.Host}:{app.AppPort}") : "";

    private void AddSidecarRows()
    {
        if (_options.Daprd)
        {
            _daprdRows = [.. _plan.Apps.Select(app => _board.Add(new ServiceRow($"daprd {app.AppId}", $"http://127.0.0.1:{app.HttpPort}", _data.LogOf($"{app.AppId}-daprd"))))];
            return;
        }

        var ports = _plan.Apps.Select(app => app.HttpPort).ToList();
        var address = ports.Max() - ports.Min() == ports.Count - 1 ? $"http://127.0.0.1:{ports.Min()}–{ports.Max()}" : "";
        _sidecarRow = _board.Add(new ServiceRow("sidecars", address, _data.LogOf("sidecars")));
    }

    private async Task RequireFreePortsAsync(CancellationToken cancellationToken)
    {
        var busy = new List<string>();
        foreach (var app in _plan.Apps)
        {
            await CheckAsync(app.AppPort, $"for {app.AppId}");
            await CheckAsync(app.HttpPort, $"for the sidecar of {app.AppId}");
        }

        if (busy.Count > 0)
        {
            throw new RunFailedException(
                $"{string.Join('\n', busy)}\nStop what holds it, or start with --free-ports (or, for the gateway alone, --port N; 0 takes any).");
        }

        async Task CheckAsync(int port, string use)
        {
            if (port > 0 && !PortHolder.IsFree(port))
                busy.Add($"Port {port}, {use}, is taken by {await PortHolder.FindAsync(port, cancellationToken)}.");
        }
    }

    private async Task BuildAsync(CancellationToken cancellationToken)
    {
        if (_options.Build)
            await new AppBuild(_plan, _display.Step).RunAsync(cancellationToken);
    }

    private async Task StartDatabaseAsync(CancellationToken cancellationToken)
    {
        _display.Step("starting PostgreSQL");
        _database = await RunDatabase.StartAsync(_data, _databaseRow, _display.Step, cancellationToken);
    }

    private async Task StartBrokerAsync(CancellationToken cancellationToken)
    {
        // A run before this one, with other components, may have been killed and have left its broker behind.
        if (_brokerRow is null)
        {
            await RabbitMqBroker.StopLeftoverAsync(_data.RabbitMq, cancellationToken);
            return;
        }

        _display.Step("starting RabbitMQ");
        _broker = await RunBroker.StartAsync(_data, _brokerRow, _display.Step, cancellationToken);
    }

    private EmbeddedSidecars Embedded()
    {
        var row = _sidecarRow!;
        var environment = SidecarEnvironment();
        var log = new ServiceLog("", OpenLog(row.LogFile!), console: null, line => row.LastLine = line);
        return new EmbeddedSidecars(
            _plan,
            app => SidecarOptionsFactory.For(app, environment, SidecarOptionsFactory.Metadata(_plan, app, _data.LogOf(app.AppId), row.LogFile!)),
            row, log, _display.Problem, _time);
    }

    private DaprdSidecars Daprds()
    {
        var environment = SidecarEnvironment().ToDictionary(variable => variable.Key, variable => (string?)variable.Value);
        environment.TryAdd("DAPR_HOST_IP", "127.0.0.1");
        var processes = _plan.Apps.Zip(_daprdRows, (app, row) =>
        {
            var start = new ChildProcessStart { Command = DaprdCommand.For(DaprdCommand.Find(app), app), WorkingDirectory = app.Directory, Environment = environment };
            var console = app.Settings.DaprdLogDestination is "console" or "fileAndConsole" ? (Action<string>)_display.Line : null;
            return new SupervisedProcess(start, row, new ServiceLog("", OpenLog(row.LogFile!), console, line => row.LastLine = line), _display.Problem, _time);
        });
        return new DaprdSidecars(_plan, [.. processes]);
    }

    /// <summary>What every application gets beside what Dapr gives it.</summary>
    private Dictionary<string, string> EnvironmentOfTheRun()
    {
        var environment = new Dictionary<string, string> { ["STOCKS_DATA"] = _data.Path };
        if (!_options.SimulatedData)
            environment[SimulatedEnabled] = "false";
        return environment;
    }

    /// <summary>Whether the simulated provider is on, by this command, the template and the environment together.</summary>
    private bool FillsItself() =>
        _plan.Find(RunOverrides.Collector) is { Command.Count: > 0 } collector
        && !string.Equals(
            collector.ProcessEnvironment(EnvironmentOfTheRun()).GetValueOrDefault(SimulatedEnabled) ?? Environment.GetEnvironmentVariable(SimulatedEnabled),
            "false",
            StringComparison.OrdinalIgnoreCase);

    private Task StartAppsAsync()
    {
        var ofTheRun = EnvironmentOfTheRun();
        foreach (var app in _plan.Apps.Where(app => app.Command.Count > 0))
        {
            var row = _appRows[app.AppId];
            var start = new ChildProcessStart
            {
                Command = app.Command,
                WorkingDirectory = app.Directory,
                Environment = app.ProcessEnvironment(ofTheRun),
            };
            var destination = app.Settings.AppLogDestination;
            var log = new ServiceLog(
                ServiceLog.AppPrefix(app.AppId),
                destination == "console" ? null : OpenLog(row.LogFile!),
                destination == "file" ? null : _display.Line,
                line => row.LastLine = line);
            var process = new SupervisedProcess(start, row, log, _display.Problem, _time);
            process.Started += pid => _ = TellSidecarAsync(app, pid);
            _apps.Add(process);
        }

        return Task.WhenAll(_apps.Select(app => app.StartAsync()));
    }

    /// <summary>The metadata of a sidecar names its application's process, as with the Dapr CLI. Only for people to look at: a failure is not worth a word.</summary>
    private async Task TellSidecarAsync(AppPlan app, int pid)
    {
        try
        {
            using var body = new StringContent(pid.ToString(CultureInfo.InvariantCulture));
            using var request = new HttpRequestMessage(HttpMethod.Put, $"http://127.0.0.1:{app.HttpPort}/v1.0/metadata/appPID") { Content = body };
            if (Environment.GetEnvironmentVariable("DAPR_API_TOKEN") is { Length: > 0 } token)
                request.Headers.Add("dapr-api-token", token);
            using var answer = await _http.SendAsync(request);
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException or ObjectDisposedException)
        {
        }
    }

    /// <summary>What components see: this process' environment and the secrets of the run.</summary>
    private Dictionary<string, string> SidecarEnvironment()
    {
        var environment = new Dictionary<string, string>();
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
            environment[(string)variable.Key] = (string?)variable.Value ?? "";
        environment[RunDatabase.Variable] = _database!.ConnectionString;

        // daprd's components do not read Npgsql's form; theirs is a URL.
        environment[RunDatabase.UrlVariable] = PostgresConnectionText.ToUrl(_database.ConnectionString);
        environment.TryAdd(RunDatabase.StateUrlVariable, environment[RunDatabase.UrlVariable]);
        if (_broker is not null)
            environment[RunBroker.Variable] = _broker.ConnectionString;
        environment[AdministratorKeyVariable] = _data.AdministratorKey();
        return environment;
    }

    private RotatingLog OpenLog(string path)
    {
        var file = new RotatingLog(path);
        _files.Add(file);
        return file;
    }
}
