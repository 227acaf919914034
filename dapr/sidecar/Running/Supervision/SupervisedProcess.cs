using System.ComponentModel;
using System.Globalization;
using StocksDapr.Sidecar.Running.Logs;
using StocksDapr.Sidecar.Running.Processes;

namespace StocksDapr.Sidecar.Running.Supervision;

/// <summary>
/// Keeps one process running: starts it again when it ends, until it is stopped or ends too often. What happens to it concerns nobody else.
/// </summary>
/// <param name="start">How it is started. Its output goes to the log.</param>
/// <param name="row">Where its state is shown.</param>
/// <param name="log">Where its output goes.</param>
/// <param name="announce">Told in a sentence when it ends and when it is given up.</param>
/// <param name="time">The clock that measures how long it ran.</param>
internal sealed class SupervisedProcess(ChildProcessStart start, ServiceRow row, ServiceLog log, Action<string> announce, TimeProvider time)
    : IDisposable
{
    private readonly RestartPolicy _policy = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private ChildProcess? _current;
    private Task _supervision = Task.CompletedTask;

    /// <summary>Raised with every start, with the process' number.</summary>
    public event Action<int>? Started;

    public ServiceRow Row => row;

    /// <summary>Begins; returns when the process has been started for the first time (or could not be).</summary>
    public async Task StartAsync()
    {
        var first = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _supervision = SuperviseAsync(first);
        await first.Task;
    }

    /// <summary>Asks the process to end and waits for it; kills it after the grace, or at once when there is hurry.</summary>
    public async Task StopAsync(TimeSpan grace, CancellationToken hurry)
    {
        ChildProcess? current;
        lock (_gate)
        {
            _stopping.Cancel();
            current = _current;
        }

        if (row.State != ServiceState.Failed)
            row.State = ServiceState.Stopping;
        if (current is not null)
            await current.StopAsync(grace, UnixSignal.Terminate, hurry);
        await _supervision;
        if (row.State != ServiceState.Failed)
            row.State = ServiceState.Stopped;
    }

    public void Dispose() => _stopping.Dispose();

    private async Task SuperviseAsync(TaskCompletionSource first)
    {
        while (!_stopping.IsCancellationRequested)
        {
            var began = time.GetTimestamp();
            var ending = await RunOnceAsync(first);
            first.TrySetResult();
            row.Process = null;
            if (_stopping.IsCancellationRequested)
                return;

            if (_policy.AfterExit(time.GetElapsedTime(began), row.EverReady) is not { } pause)
            {
                row.State = ServiceState.Failed;
                announce(GivingUp(ending));
                return;
            }

            row.State = ServiceState.Restarting;
            row.Restarts++;
            announce(string.Create(CultureInfo.InvariantCulture, $"{row.Name} {ending}: starting it again in {pause.TotalSeconds:0.#} s"));
            await Task.Delay(pause, time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Runs the process to its end and says how it ended.</summary>
    private async Task<string> RunOnceAsync(TaskCompletionSource first)
    {
        row.State = ServiceState.Starting;
        ChildProcess process;
        try
        {
            process = await ChildProcess.StartAsync(start with { OnLine = log.Write });
        }
        catch (Exception exception) when (exception is Win32Exception or IOException)
        {
            log.Write(exception.Message);
            return $"could not be started ({exception.Message})";
        }

        await using (process)
        {
            lock (_gate)
            {
                _current = process;
                // A stop that came while the process was being started has not seen it.
                if (_stopping.IsCancellationRequested)
                    process.Signal(UnixSignal.Terminate);
            }

            row.StartedAt = time.GetTimestamp();
            row.Process = process.Identity;
            first.TrySetResult();
            Started?.Invoke(process.Pid);
            var exitCode = await process.Exited;
            lock (_gate)
                _current = null;
            return Describe(exitCode);
        }
    }

    private static string Describe(int exitCode) =>
        exitCode is > 128 and < 160
            ? string.Create(CultureInfo.InvariantCulture, $"was ended by signal {exitCode - 128}")
            : string.Create(CultureInfo.InvariantCulture, $"ended with exit code {exitCode}");

    private string GivingUp(string ending)
    {
        var lines = string.Concat(log.LastLines().Select(line => $"\n    {line}"));
        var where = row.LogFile is null ? "" : $"\n  Its log: {row.LogFile}";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{row.Name} {ending}, {_policy.QuickFailures} times in a row: giving it up. Everything else goes on.\n  Its last lines:{lines}{where}");
    }
}
