using StocksDapr.Sidecar.Running.Records;
using StocksDapr.Sidecar.Running.Supervision;
using StocksDapr.Sidecar.Running.Templates;

namespace StocksDapr.Sidecar.Running;

/// <summary>
/// Watches whether the applications are ready. The run is ready when the gateway says so (it asks for what it stands on) and every other
/// application answers at all; without a gateway, when all are ready. A run that fills itself is ready once there is something to answer with.
/// </summary>
internal sealed class RunReadiness(
    RunPlan plan, RunBoard board, IReadOnlyDictionary<string, ServiceRow> rows, bool expectsData, TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan OftenAtFirst = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Later = TimeSpan.FromSeconds(1);

    /// <summary>There is nothing to ask one that listens on no port: when it has run for so long, its start has not failed.</summary>
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(1);

    private readonly ReadinessProbe _probe = new();
    private readonly CancellationTokenSource _ended = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _watching = Task.CompletedTask;
    private bool _lacksData = expectsData && plan.Find(RunOverrides.Query) is not null;

    /// <summary>Completes when the run is ready; fails with <see cref="RunFailedException"/> when an application is given up before that.</summary>
    public Task Ready => _ready.Task;

    public void Start() => _watching = WatchAsync();

    /// <summary>Ends the watch. Whoever still waits for <see cref="Ready"/> waits in vain, and is told.</summary>
    public async Task StopAsync()
    {
        await _ended.CancelAsync();
        await _watching;
        _ready.TrySetCanceled();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _probe.Dispose();
        _ended.Dispose();
    }

    private async Task WatchAsync()
    {
        while (!_ended.IsCancellationRequested)
        {
            await Task.WhenAll(plan.Apps.Select(AskAsync));
            if (_lacksData && IsReady())
                _lacksData = !await HasDataAsync();
            if (!_ended.IsCancellationRequested)
                Judge();
            await Task.Delay(board.State == RunState.Ready ? Later : OftenAtFirst, _ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task AskAsync(AppPlan app)
    {
        var row = rows[app.AppId];
        // Without a process of ours, whoever answers on the port is not it.
        if (row.Process is null)
            return;
        try
        {
            if (app.AppPort > 0)
                row.Observe(await _probe.AskAsync(app, _ended.Token));
            else if (time.GetElapsedTime(row.StartedAt) >= Settled)
                row.Observe(ServiceState.Ready);
        }
        catch (OperationCanceledException) when (_ended.IsCancellationRequested)
        {
        }
    }

    private async Task<bool> HasDataAsync()
    {
        try
        {
            return await _probe.HasDataAsync(plan.Find(RunOverrides.Query)!, _ended.Token);
        }
        catch (OperationCanceledException) when (_ended.IsCancellationRequested)
        {
            return false;
        }
    }

    private void Judge()
    {
        if (rows.Values.FirstOrDefault(row => row is { State: ServiceState.Failed, EverReady: false }) is { } lost && !_ready.Task.IsCompleted)
        {
            board.Problem = $"{lost.Name} does not start" + (lost.LogFile is null ? "" : $"; its log: {lost.LogFile}");
            board.State = RunState.Failed;
            _ready.TrySetException(new RunFailedException(board.Problem));
            return;
        }

        var ready = !_lacksData && IsReady();
        if (ready)
        {
            board.Problem = null;
            board.State = RunState.Ready;
            _ready.TrySetResult();
        }
        else if (board.State == RunState.Ready)
        {
            board.State = RunState.Degraded;
        }
    }

    private bool IsReady() => plan.Apps.Where(app => app.Command.Count > 0).All(app => rows[app.AppId].State switch
    {
        ServiceState.Ready => true,
        ServiceState.Unready => app.AppId != RunOverrides.Gateway && plan.Find(RunOverrides.Gateway) is not null,
        _ => false,
    });
}
