using System.Diagnostics;
using System.Reflection;
using StocksDapr.Sidecar.Running;
using StocksDapr.Sidecar.Running.Processes;
using StocksDapr.Sidecar.Running.Records;

namespace StocksDapr.Sidecar.Commands;

/// <summary>Starts a runner in the background and waits until its run is ready, showing what it says meanwhile.</summary>
internal sealed class DetachedRun(UpRequest request)
{
    private const long LargestLog = 5 * 1024 * 1024;
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    public async Task<int> StartAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(request.Data.Logs);
        if (IsTaken() && await TryJoinAsync(cancellationToken))
            return ExitCodes.Done;

        var log = request.Data.RunnerLog;
        if (File.Exists(log) && new FileInfo(log).Length > LargestLog)
            File.Move(log, Running.Logs.RotatingLog.Older(log, 1), overwrite: true);
        using var said = new LogTail(log, fromEnd: true);
        using var runner = Start(log);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            said.CopyTo(Console.Out);
            var record = RunRecord.Read(request.Data) is { } found && found.Runner.Pid == runner.Id ? found : null;
            if (record?.State == RunState.Ready)
                return ExitCodes.Done;
            if (runner.HasExited)
                return Ended(runner.ExitCode, record, said);
            await Task.Delay(Poll, cancellationToken);
        }
    }

    private bool IsTaken()
    {
        using var free = RunLock.TryTake(request.Data);
        return free is null;
    }

    /// <summary>It is running already: says so, and waits until that run is ready; false when it ends instead, as one that was just killed does a moment later.</summary>
    private async Task<bool> TryJoinAsync(CancellationToken cancellationToken)
    {
        Console.WriteLine(AttachedRun.RunningAlready(RunRecord.Read(request.Data)));
        while (IsTaken())
        {
            if (RunRecord.Read(request.Data) is { State: not RunState.Starting })
                return true;
            await Task.Delay(Poll, cancellationToken);
        }

        Console.WriteLine("That run has ended; this one begins in its place.");
        return false;
    }

    private int Ended(int exitCode, RunRecord? record, LogTail said)
    {
        said.CopyTo(Console.Out);
        if (exitCode == ExitCodes.Done && record is null)
            return ExitCodes.Done; // Another runner was faster; the log has said so.
        Console.Error.WriteLine($"It did not start{(record?.Problem is { } problem ? $": {problem}" : ".")}");
        Console.Error.WriteLine($"The runner's log: {request.Data.RunnerLog}; the services' logs are beside it.");
        return ExitCodes.Failed;
    }

    private Process Start(string log)
    {
        string[] self = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet"
            ? [Environment.ProcessPath!, Assembly.GetExecutingAssembly().Location]
            : [Environment.ProcessPath!];
        string[] command = OperatingSystem.IsWindows()
            ? ["cmd", "/c", .. self, .. request.ToArguments(), $">>{log}", "2>&1"]
            : [.. Session(), "/bin/sh", "-c", "exec \"$@\" </dev/null >>\"$0\" 2>&1", log, .. self, .. request.ToArguments()];
        var start = new ProcessStartInfo(command[0]) { CreateNoWindow = true };
        foreach (var argument in command.AsSpan(1))
            start.ArgumentList.Add(argument);
        return Process.Start(start) ?? throw new RunFailedException("The runner could not be started.");
    }

    /// <summary>A session of its own: it outlives the terminal. (`setsid` keeps the process number, since it is no group leader here.)</summary>
    private static string[] Session() => Tool.Find("setsid") is { } setsid ? [setsid] : Tool.Find("nohup") is { } nohup ? [nohup] : [];
}
