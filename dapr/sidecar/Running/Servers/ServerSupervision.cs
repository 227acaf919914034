using System.Globalization;

namespace StocksDapr.Sidecar.Running.Servers;

/// <summary>Starts a private server again whenever it dies, with growing pauses while that fails; it is never given up.</summary>
/// <param name="product">The server's name, for what is reported.</param>
/// <param name="report">Told in a sentence what happens.</param>
internal sealed class ServerSupervision(string product, Action<string> report) : IAsyncDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _stopping = new();
    private Task _watching = Task.CompletedTask;

    /// <summary>How many times the server died and was started again.</summary>
    public int Restarts { get; private set; }

    /// <summary>Begins to watch.</summary>
    /// <param name="server">The server's process as it is now: its number, and what ends when it has.</param>
    /// <param name="start">Starts it again; returns when it can be used.</param>
    public void Begin(Func<(int Pid, Task Gone)> server, Func<CancellationToken, Task> start) => _watching = WatchAsync(server, start);

    /// <summary>Ends the watching, not the server.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _watching;
        _stopping.Dispose();
    }

    private async Task WatchAsync(Func<(int Pid, Task Gone)> server, Func<CancellationToken, Task> start)
    {
        var pause = FirstPause;
        while (true)
        {
            await Task.WhenAny(server().Gone, Task.Delay(Timeout.Infinite, _stopping.Token));
            if (_stopping.IsCancellationRequested)
                return;
            report(string.Create(CultureInfo.InvariantCulture, $"{product} (pid {server().Pid}) died: starting it again in {pause.TotalSeconds:0.#} s"));
            try
            {
                await Task.Delay(pause, _stopping.Token);
                await start(_stopping.Token);
                Restarts++;
                pause = FirstPause;
                report(string.Create(CultureInfo.InvariantCulture, $"{product} runs again (pid {server().Pid})"));
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }
            catch (RunFailedException exception)
            {
                // For a moment after a kill the old server's children may still hold what it had.
                report(exception.Message);
                pause = TimeSpan.FromSeconds(Math.Min(pause.TotalSeconds * 2, LongestPause.TotalSeconds));
            }
        }
    }
}
