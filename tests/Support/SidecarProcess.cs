using System.Diagnostics;
using System.Net;

namespace StocksDapr.Support;

/// <summary>
/// A sidecar alone in a process of its own, started as daprd is. The binary is the development sidecar's, or any daprd's.
/// </summary>
public sealed class SidecarProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(30);
    private static readonly HttpClient Client = new() { Timeout = TimeSpan.FromSeconds(5) };

    private readonly Process _process;
    private readonly List<string> _output = [];

    private SidecarProcess(Process process, int httpPort)
    {
        _process = process;
        HttpPort = httpPort;
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
    }

    public int HttpPort { get; }

    public int Id => _process.Id;

    /// <summary>Ends with the exit code.</summary>
    public Task<int> Exited => ExitAsync();

    /// <summary>What it has written so far.</summary>
    public string Output
    {
        get
        {
            lock (_output) return string.Join('\n', _output);
        }
    }

    /// <summary>The development sidecar's command: <c>dotnet StocksDapr.Sidecar.dll</c>, from this test's own output.</summary>
    public static IReadOnlyList<string> DevelopmentSidecar { get; } = ["dotnet", Path.Combine(AppContext.BaseDirectory, "StocksDapr.Sidecar.dll")];

    /// <param name="command">The program and its first arguments.</param>
    /// <param name="httpPort">Its HTTP port.</param>
    /// <param name="flags">daprd's flags, without the HTTP port.</param>
    /// <param name="environment">Variables besides this process's own.</param>
    /// <param name="directory">Its working directory.</param>
    public static SidecarProcess Start(
        IReadOnlyList<string> command, int httpPort, IEnumerable<string> flags, IReadOnlyDictionary<string, string> environment, string directory)
    {
        var start = new ProcessStartInfo(command[0]) { WorkingDirectory = directory, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var argument in command.Skip(1).Concat(["--dapr-http-port", $"{httpPort}"]).Concat(flags)) start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment) start.Environment[name] = value;
        var sidecar = new SidecarProcess(new Process { StartInfo = start }, httpPort);
        sidecar._process.Start();
        sidecar._process.BeginOutputReadLine();
        sidecar._process.BeginErrorReadLine();
        return sidecar;
    }

    /// <summary>Waits until a health endpoint answers 204.</summary>
    /// <exception cref="InvalidOperationException">The process ended before.</exception>
    public async Task WaitAsync(string path = "/v1.0/healthz")
    {
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < StartLimit)
        {
            if (_process.HasExited) throw new InvalidOperationException($"the sidecar ended with {await ExitAsync()}:\n{Output}");
            try
            {
                using var answer = await Client.GetAsync(new Uri($"http://127.0.0.1:{HttpPort}{path}"));
                if (answer.StatusCode == HttpStatusCode.NoContent) return;
            }
            catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException)
            {
                // Not yet.
            }

            await Task.Delay(20);
        }

        throw new TimeoutException($"the sidecar is not ready after {StartLimit}:\n{Output}");
    }

    /// <summary>Sends a signal by its name (TERM, HUP).</summary>
    public void Signal(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", $"{_process.Id}"]);
        kill.WaitForExit();
    }

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            Signal("TERM");
            using var limit = new CancellationTokenSource(EndLimit);
            await _process.WaitForExitAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!_process.HasExited) await KillAsync();
        }

        _process.Dispose();
    }

    private async Task<int> ExitAsync()
    {
        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }

    private void Keep(string? line)
    {
        if (line is null) return;
        lock (_output) _output.Add(line);
    }
}
