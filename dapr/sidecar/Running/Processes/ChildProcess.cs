using System.Diagnostics;
using System.Text;

namespace StocksDapr.Sidecar.Running.Processes;

/// <summary>
/// A process that this process started and answers for. On Linux it leads a session of its own (the terminal's Ctrl-C reaches
/// only the runner, which then stops everything in order) and dies with the runner.
/// </summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private const int LongestLine = 16 * 1024;
    private static readonly TimeSpan LastOutput = TimeSpan.FromSeconds(1);

    private readonly Process _process;
    private readonly bool _leadsGroup;

    private ChildProcess(Process process, bool leadsGroup, Action<string>? onLine)
    {
        _process = process;
        _leadsGroup = leadsGroup;
        Pid = process.Id;
        Identity = ProcessIdentity.Of(Pid) ?? new ProcessIdentity(Pid, "");
        Exited = WatchAsync(onLine ?? (static _ => { }));
    }

    public int Pid { get; }

    public ProcessIdentity Identity { get; }

    /// <summary>Ends with the exit code (128 + signal when killed) once the process is gone and its output is read.</summary>
    public Task<int> Exited { get; }

    /// <summary>Starts the process.</summary>
    /// <exception cref="System.ComponentModel.Win32Exception">The program cannot be found or executed.</exception>
    public static async Task<ChildProcess> StartAsync(ChildProcessStart start)
    {
        var wrapped = OperatingSystem.IsLinux() && File.Exists("/usr/bin/setsid") && File.Exists("/usr/bin/setpriv");
        string[] command = wrapped ? [.. LinuxWrapper(start), .. start.Command] : [.. AccountWrapper(start), .. start.Command];
        var info = new ProcessStartInfo(command[0])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
            WorkingDirectory = start.WorkingDirectory ?? "",
        };
        foreach (var argument in command.AsSpan(1))
            info.ArgumentList.Add(argument);
        foreach (var (name, value) in start.Environment)
            info.Environment[name] = value;

        var process = await ProcessLauncher.StartAsync(info);
        process.StandardInput.Close();
        return new ChildProcess(process, wrapped, start.OnLine);
    }

    public void Signal(UnixSignal signal)
    {
        if (Exited.IsCompleted)
            return;
        if (!OperatingSystem.IsWindows())
            UnixSignals.Send(Pid, signal);
        else if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
    }

    /// <summary>Kills the process and what it started.</summary>
    public void Kill()
    {
        if (_leadsGroup)
            UnixSignals.Send(-Pid, UnixSignal.Kill);
        else if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
    }

    /// <summary>Asks the process to end, waits, and kills it (and what it started) when it has not ended in time. Returns its exit code.</summary>
    public async Task<int> StopAsync(TimeSpan grace, UnixSignal signal = UnixSignal.Terminate, CancellationToken hurry = default)
    {
        Signal(signal);
        try
        {
            await Exited.WaitAsync(grace, hurry);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
        }

        Kill();
        return await Exited;
    }

    public async ValueTask DisposeAsync()
    {
        Kill();
        await Exited;
        _process.Dispose();
    }

    private static IEnumerable<string> LinuxWrapper(ChildProcessStart start)
    {
        var signal = start.OnParentDeath switch
        {
            UnixSignal.Kill => "KILL",
            UnixSignal.Interrupt => "INT",
            UnixSignal.Terminate => "TERM",
            _ => "keep",
        };
        string[] account = start.Account is { } name
            ? [$"--reuid={name}", $"--regid={name}", "--init-groups"]
            : [];
        return ["/usr/bin/setsid", "/usr/bin/setpriv", .. account, "--pdeathsig", signal];
    }

    private static string[] AccountWrapper(ChildProcessStart start) =>
        start.Account is { } name ? ["sudo", "-n", "-u", name, "--"] : [];

    private async Task<int> WatchAsync(Action<string> onLine)
    {
        var output = Task.WhenAll(ReadAsync(_process.StandardOutput, onLine), ReadAsync(_process.StandardError, onLine));
        await _process.WaitForExitAsync();
        // Something that the process started may hold its output open: do not wait for that.
        await Task.WhenAny(output, Task.Delay(LastOutput));
        return _process.ExitCode;
    }

    private static async Task ReadAsync(StreamReader reader, Action<string> onLine)
    {
        var line = new StringBuilder();
        var buffer = new char[4096];
        try
        {
            while (await reader.ReadAsync(buffer) is > 0 and var read)
                Split(buffer.AsSpan(0, read), line, onLine);
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // The pipe broke with the process: what was read is all there is.
        }

        if (line.Length > 0)
            onLine(line.ToString());
    }

    private static void Split(ReadOnlySpan<char> text, StringBuilder line, Action<string> onLine)
    {
        foreach (var character in text)
        {
            if (character != '\n' && line.Length < LongestLine)
            {
                if (character != '\r')
                    line.Append(character);
                continue;
            }

            onLine(line.ToString());
            line.Clear();
            if (character != '\n')
                line.Append(character);
        }
    }
}
