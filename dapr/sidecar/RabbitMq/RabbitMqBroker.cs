using System.Globalization;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using StocksDapr.Sidecar.Running.Servers;

namespace StocksDapr.Sidecar.RabbitMq;

/// <summary>
/// A private RabbitMQ in a folder: made on first use, with a name, a password, an Erlang cookie and a port on 127.0.0.1 of its own, started again when it
/// dies. Queues and messages that are durable stay from run to run.
/// </summary>
internal sealed class RabbitMqBroker : IPrivateServer, IAsyncDisposable
{
    private static readonly TimeSpan RecoveryPatience = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    private readonly Action<string> _report;
    private readonly ServerAccount _account;
    private readonly RabbitMqFiles _files;
    private readonly RabbitMqBinaries _binaries;
    private readonly string _password;
    private readonly ServerSupervision _supervision;
    private readonly LastLines _lastLines = new();
    private RabbitMqServer? _server;

    private RabbitMqBroker(RabbitMqSettings settings, ServerAccount account, RabbitMqFiles files, RabbitMqBinaries binaries, string password)
    {
        _report = settings.Report;
        _account = account;
        _files = files;
        _binaries = binaries;
        _password = password;
        _supervision = new ServerSupervision("RabbitMQ", settings.Report);
    }

    /// <summary>The port on 127.0.0.1. It does not change while the broker runs, nor from run to run as long as nobody else takes it.</summary>
    public int Port { get; private set; }

    /// <summary>The port of the management API on 127.0.0.1; null when it is not on.</summary>
    public int? ManagementPort { get; private init; }

    public int? Pid => _server is { Gone.IsCompleted: false } server ? server.Pid : null;

    public int Restarts => _supervision.Restarts;

    /// <summary>The URL for clients, with user and password, for the virtual host <c>/</c>.</summary>
    public string ConnectionString => string.Create(CultureInfo.InvariantCulture, $"amqp://{RabbitMqFiles.User}:{_password}@127.0.0.1:{Port}");

    public static Task<RabbitMqBroker> StartAsync(string directory, CancellationToken cancellationToken) =>
        StartAsync(directory, new RabbitMqSettings(), cancellationToken);

    /// <summary>Starts the broker in a folder, making it if there is none; returns when it takes connections.</summary>
    /// <exception cref="BrokerException">It cannot be had; the message says why and what to do.</exception>
    public static async Task<RabbitMqBroker> StartAsync(string directory, RabbitMqSettings settings, CancellationToken cancellationToken)
    {
        var binaries = RabbitMqBinaries.Find();
        var account = await ServerAccount.ChooseAsync("RabbitMQ", "rabbitmq", cancellationToken);
        var folder = await account.ReachableAsync(Path.GetFullPath(directory), settings.Report, cancellationToken);
        var files = new RabbitMqFiles(folder, account);
        await RabbitMqServer.StopLeftoverAsync(files, cancellationToken);
        int? managementPort = settings.Management ? files.ChooseManagementPort(settings.Report) : null;
        var password = await files.PrepareAsync(settings, managementPort, cancellationToken);
        var broker = new RabbitMqBroker(settings, account, files, binaries, password) { ManagementPort = managementPort };
        try
        {
            await broker.StartFirstAsync(cancellationToken);
        }
        catch
        {
            await broker.DisposeAsync();
            throw;
        }

        if (settings.Supervised)
            broker._supervision.Begin(() => (broker._server!.Pid, broker._server.Gone), broker.StartServerAsync);
        return broker;
    }

    /// <summary>Stops a broker that a killed run left behind in the folder; false when there is none.</summary>
    public static Task<bool> StopLeftoverAsync(string directory, CancellationToken cancellationToken) =>
        RabbitMqServer.StopLeftoverAsync(FilesIn(directory), cancellationToken);

    /// <summary>The log of the broker in the folder, which may not exist.</summary>
    public static string LogIn(string directory) => FilesIn(directory).Log;

    public async ValueTask DisposeAsync()
    {
        await _supervision.DisposeAsync();
        if (_server is not null)
            await _server.StopAsync();
    }

    private static RabbitMqFiles FilesIn(string directory) =>
        new(ServerAccount.FolderInUse(Path.GetFullPath(directory)), new ServerAccount((string?)null));

    /// <summary>Tries twice: a port that was free when it was chosen may be somebody else's by the time the server, which takes its time, listens on it.</summary>
    private async Task StartFirstAsync(CancellationToken cancellationToken)
    {
        Port = _files.ChoosePort(_report);
        try
        {
            await StartServerAsync(cancellationToken);
        }
        catch (BrokerException exception)
        {
            _report($"{exception.Message}\ntrying once more");
            Port = _files.ChoosePort(_report);
            await StartServerAsync(cancellationToken);
        }
    }

    private async Task StartServerAsync(CancellationToken cancellationToken)
    {
        if (_server is not null)
            await _server.StopAsync(); // Of a server that died, only its epmd is left.
        _server = await RabbitMqServer.StartAsync(_binaries, _files, _account, Port, _lastLines.Add, cancellationToken);
        await WaitUntilReadyAsync(_server, cancellationToken);
    }

    private async Task WaitUntilReadyAsync(RabbitMqServer server, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(RecoveryPatience);
        var factory = new ConnectionFactory { Uri = new Uri(ConnectionString), AutomaticRecoveryEnabled = false };
        while (true)
        {
            try
            {
                await using var connection = await factory.CreateConnectionAsync(patience.Token);
                return;
            }
            catch (BrokerUnreachableException exception) when (exception.InnerException is AuthenticationFailureException)
            {
                throw new BrokerException(
                    $"RabbitMQ does not accept the password in {_files.Folder}: its data are from another one. Put the password file back, or move the folder away to begin anew.", exception);
            }
            catch (BrokerUnreachableException exception)
            {
                // Not listening yet, or still recovering.
                if (server.Gone.IsCompleted)
                    throw new BrokerException($"RabbitMQ did not start. Its last words:\n{LastWords()}", exception);
            }

            await Task.Delay(Poll, patience.Token);
        }
    }

    private string LastWords() => $"{_lastLines}\n{_files.LastLogLines()}";
}
