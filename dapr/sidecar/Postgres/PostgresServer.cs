using StocksDapr.Sidecar.Running.Processes;
using StocksDapr.Sidecar.Running.Servers;

namespace StocksDapr.Sidecar.Postgres;

/// <summary>One run of the server process: started by this process, or found running after the runner before this one was killed.</summary>
internal sealed class PostgresServer
{
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(250);

    private readonly ChildProcess? _child;
    private readonly ProcessIdentity _identity;

    private PostgresServer(ChildProcess? child, ProcessIdentity identity, int port)
    {
        _child = child;
        _identity = identity;
        Port = port;
        Gone = child is null ? WaitUntilGoneAsync(identity) : child.Exited;
    }

    public int Pid => _identity.Pid;

    public int Port { get; }

    /// <summary>Ends when the process has.</summary>
    public Task Gone { get; }

    /// <summary>Takes over a server that runs already; null when there is none. Waits for one that is just stopping.</summary>
    public static async Task<PostgresServer?> AdoptAsync(string dataFolder, CancellationToken cancellationToken)
    {
        while (PostmasterFile.ReadRunning(dataFolder) is { } running)
        {
            if (running.Status != "stopping" && ProcessIdentity.Of(running.Pid) is { } identity)
                return new PostgresServer(null, identity, running.Port);
            await Task.Delay(Poll, cancellationToken);
        }

        return null;
    }

    public static async Task<PostgresServer> StartAsync(
        PostgresBinaries binaries, ClusterFiles files, ServerAccount account, PostgresSettings settings, int port, Action<string> onLine)
    {
        var child = await ChildProcess.StartAsync(new ChildProcessStart
        {
            Command = [binaries.Server, "-D", files.Data, .. settings.ServerArguments(port, files.Logs)],
            Account = account.Name,
            WorkingDirectory = files.Data,
            // A fast shutdown, so that the next start has nothing to recover.
            OnParentDeath = UnixSignal.Interrupt,
            OnLine = onLine,
        });
        return new PostgresServer(child, child.Identity, port);
    }

    /// <summary>A fast shutdown: sessions are ended, what is committed is written.</summary>
    public async Task StopAsync(PostgresBinaries binaries, string dataFolder)
    {
        if (OperatingSystem.IsWindows())
        {
            var control = Path.Combine(binaries.Folder, "pg_ctl.exe");
            await Tool.RunAsync([control, "stop", "-D", dataFolder, "-m", "fast"], CancellationToken.None);
        }

        if (_child is not null)
        {
            await _child.StopAsync(StopGrace, UnixSignal.Interrupt);
            await _child.DisposeAsync();
            return;
        }

        if (_identity.IsAlive)
            UnixSignals.Send(Pid, UnixSignal.Interrupt);
        if (await Task.WhenAny(Gone, Task.Delay(StopGrace)) != Gone && _identity.IsAlive)
            UnixSignals.Send(Pid, UnixSignal.Kill);
        await Gone;
    }

    private static async Task WaitUntilGoneAsync(ProcessIdentity identity)
    {
        while (identity.IsAlive)
            await Task.Delay(Poll);
    }
}
