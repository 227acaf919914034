using StocksDapr.Sidecar.Running.Processes;
using StocksDapr.Sidecar.Running.Supervision;

namespace StocksDapr.Sidecar.Running.Servers;

/// <summary>Shows on a row of the run's table how a private server is, which supervises itself.</summary>
internal sealed class ServerRow : IAsyncDisposable
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(250);

    private readonly ServiceRow _row;
    private readonly IPrivateServer _server;
    private readonly CancellationTokenSource _ended = new();
    private readonly Task _watching;

    public ServerRow(ServiceRow row, IPrivateServer server)
    {
        (_row, _server) = (row, server);
        row.Address = FormattableString.Invariant($"127.0.0.1:{server.Port}");
        _watching = WatchAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await _watching;
        _ended.Dispose();
    }

    private async Task WatchAsync()
    {
        while (!_ended.IsCancellationRequested)
        {
            var pid = _server.Pid;
            if (pid != _row.Process?.Pid)
                _row.Process = pid is { } number ? ProcessIdentity.Of(number) : null;
            _row.State = pid is null ? ServiceState.Restarting : ServiceState.Ready;
            _row.Restarts = _server.Restarts;
            await Task.Delay(Poll, _ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
