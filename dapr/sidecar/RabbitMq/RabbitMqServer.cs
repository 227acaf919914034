using System.ComponentModel;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using StocksDapr.Sidecar.Running.Ports;
using StocksDapr.Sidecar.Running.Processes;
using StocksDapr.Sidecar.Running.Servers;

namespace StocksDapr.Sidecar.RabbitMq;

/// <summary>
/// One run of the broker: the server, and Erlang's port mapper (epmd) beside it, on a port of its own, so that it neither meets the system's nor leaves
/// one behind: a server that finds none would start one that outlives everything.
/// </summary>
internal sealed class RabbitMqServer
{
    private const int EpmdAttempts = 5;
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan EpmdPatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(40);

    private readonly RabbitMqBinaries _binaries;
    private readonly ChildProcess _server;
    private readonly ChildProcess _epmd;
    private readonly int _epmdPort;
    private readonly string _processesFile;
    private bool _stopped;

    private RabbitMqServer(RabbitMqBinaries binaries, ChildProcess server, ChildProcess epmd, int epmdPort, string processesFile)
    {
        _binaries = binaries;
        _server = server;
        _epmd = epmd;
        _epmdPort = epmdPort;
        _processesFile = processesFile;
    }

    public int Pid => _server.Pid;

    /// <summary>Ends when the server has.</summary>
    public Task Gone => _server.Exited;

    /// <summary>Starts both processes; the server does not take connections yet.</summary>
    /// <exception cref="BrokerException">One of them does not run.</exception>
    public static async Task<RabbitMqServer> StartAsync(
        RabbitMqBinaries binaries, RabbitMqFiles files, ServerAccount account, int port, Action<string> onLine, CancellationToken cancellationToken)
    {
        try
        {
            var (epmd, epmdPort) = await StartEpmdAsync(binaries, files, account, cancellationToken);
            ChildProcess server;
            try
            {
                server = await ChildProcess.StartAsync(new ChildProcessStart
                {
                    Command = [binaries.Server],
                    Account = account.Name,
                    WorkingDirectory = files.Folder,
                    Environment = files.Environment(port, epmdPort),
                    // It stops in order, so that the next start has nothing to recover.
                    OnParentDeath = UnixSignal.Terminate,
                    OnLine = onLine,
                });
            }
            catch
            {
                await epmd.DisposeAsync();
                throw;
            }

            var record = JsonSerializer.Serialize(new Processes(server.Identity, epmd.Identity, epmdPort));
            await File.WriteAllTextAsync(files.ProcessesFile, record, CancellationToken.None);
            return new RabbitMqServer(binaries, server, epmd, epmdPort, files.ProcessesFile);
        }
        catch (Win32Exception exception)
        {
            throw new BrokerException($"{binaries.Server} does not run: {exception.Message}", exception);
        }
    }

    /// <summary>
    /// Stops what an earlier, killed runner left in the folder; false when there was nothing. (On Linux it is ending by itself then: its parent's
    /// death told it to. Waiting for that is why this comes before every start.)
    /// </summary>
    public static async Task<bool> StopLeftoverAsync(RabbitMqFiles files, CancellationToken cancellationToken)
    {
        if (Read(files.ProcessesFile) is not { } left)
            return false;
        var found = left.Server.IsAlive || left.Epmd.IsAlive;
        if (left.Server.IsAlive)
        {
            UnixSignals.Send(left.Server.Pid, UnixSignal.Terminate);
            await WaitAsync(() => !left.Server.IsAlive, StopGrace, cancellationToken);
            if (left.Server.IsAlive)
                UnixSignals.Send(left.Server.Pid, UnixSignal.Kill);
            await WaitAsync(() => !left.Server.IsAlive, StopGrace, cancellationToken);
        }

        if (left.Epmd.IsAlive)
            UnixSignals.Send(left.Epmd.Pid, UnixSignal.Kill);
        if (found && Tool.Find("epmd") is { } epmd)
            await EndStrayEpmdAsync(epmd, left.EpmdPort);
        File.Delete(files.ProcessesFile);
        return found;
    }

    /// <summary>Stops the server in order: what is confirmed is on the disk. Then epmd.</summary>
    public async Task StopAsync()
    {
        if (_stopped)
            return;
        _stopped = true;
        await _server.StopAsync(StopGrace);
        await _server.DisposeAsync();
        var replaced = _epmd.Exited.IsCompleted;
        await _epmd.DisposeAsync();
        if (replaced)
            await EndStrayEpmdAsync(_binaries.Epmd, _epmdPort);
        File.Delete(_processesFile);
    }

    private static async Task<(ChildProcess Epmd, int Port)> StartEpmdAsync(
        RabbitMqBinaries binaries, RabbitMqFiles files, ServerAccount account, CancellationToken cancellationToken)
    {
        for (var attempt = 1; attempt <= EpmdAttempts; attempt++)
        {
            var port = FreePorts.Next();
            var epmd = await ChildProcess.StartAsync(new ChildProcessStart
            {
                Command = [binaries.Epmd, "-address", "127.0.0.1", "-port", port.ToString(CultureInfo.InvariantCulture)],
                Account = account.Name,
                WorkingDirectory = files.Folder,
            });
            await WaitAsync(() => epmd.Exited.IsCompleted || Listens(port), EpmdPatience, cancellationToken);
            if (!epmd.Exited.IsCompleted && Listens(port))
                return (epmd, port);
            await epmd.DisposeAsync(); // Somebody else was faster to take the port.
        }

        throw new BrokerException($"Erlang's port mapper {binaries.Epmd} does not start, so RabbitMQ cannot either.");
    }

    /// <summary>
    /// When epmd dies alone, the server starts another one, which nobody would ever end. It ends when it is asked by its port and
    /// knows nobody any more.
    /// </summary>
    private static async Task EndStrayEpmdAsync(string epmd, int port) =>
        await Tool.RunAsync([epmd, "-port", port.ToString(CultureInfo.InvariantCulture), "-kill"], CancellationToken.None);

    private static bool Listens(int port)
    {
        try
        {
            using var connection = new TcpClient();
            connection.Connect(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static async Task WaitAsync(Func<bool> condition, TimeSpan patience, CancellationToken cancellationToken)
    {
        for (var left = patience; left > TimeSpan.Zero && !condition(); left -= Poll)
            await Task.Delay(Poll, cancellationToken);
    }

    private static Processes? Read(string file)
    {
        try
        {
            return JsonSerializer.Deserialize<Processes>(File.ReadAllText(file));
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException or JsonException)
        {
            return null;
        }
    }

    private sealed record Processes(ProcessIdentity Server, ProcessIdentity Epmd, int EpmdPort);
}
