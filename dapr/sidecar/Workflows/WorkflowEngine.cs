using StocksDapr.Protocol.Grpc;
using StocksDapr.Protocol.TaskHub;
using StocksDapr.Sidecar.Workflows.Dispatch;
using StocksDapr.Sidecar.Workflows.Instances;
using StocksDapr.Sidecar.Workflows.Storage;

namespace StocksDapr.Sidecar.Workflows;

/// <summary>
/// The workflow engine of one app in one process: takes calls of clients and answers of workers, and keeps what it does in a store. See the README beside this file.
/// </summary>
internal sealed class WorkflowEngine : IMembershipListener, IAsyncDisposable
{
    private const int RemovedAtOnce = 500;
    private static readonly TimeSpan SearchPause = TimeSpan.FromSeconds(1);

    private readonly WorkflowSettings _settings;
    private readonly IWorkflowStore _store;
    private readonly ILogger _log;
    private readonly Committer _committer;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _workersLock = new();
    private TaskCompletionSource _workerCame = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _workers;
    private int _number;
    private int _adopting;
    private bool _handedOver;
    private int _roundsWithoutWorker;
    private Task _round = Task.CompletedTask;

    public WorkflowEngine(WorkflowSettings settings, IWorkflowStore store, IOtherApps otherApps, TimeProvider time, ILogger log)
    {
        (_settings, _store, Time, _log) = (settings, store, time, log);
        _committer = new Committer(store, RejoinAsync, time, log);
        Queue = new WorkQueue(settings.Limits.MaxTurns, settings.Limits.MaxActivities);
        Watchers = new Watchers();
        Table = new InstanceTable(settings, store, _committer, Queue, Watchers, otherApps, time, log, _stopping.Token);
        Clients = new ClientCalls(this, settings, store, _committer);
    }

    /// <summary>What clients may ask for.</summary>
    public ClientCalls Clients { get; }

    public TimeProvider Time { get; }

    public InstanceTable Table { get; }

    public WorkQueue Queue { get; }

    public Watchers Watchers { get; }

    /// <summary>Cancelled when the engine stops.</summary>
    public CancellationToken Stopping => _stopping.Token;

    /// <summary>Workers that are connected to this process.</summary>
    public int Workers
    {
        get
        {
            lock (_workersLock) return _workers;
        }
    }

    /// <summary>The engine that new instances are to belong to: this one if it has workers, else one that has; 0 when there is none.</summary>
    public int Home => Workers > 0 ? _store.Membership.Id : _store.Membership.OtherWithWorkers;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await _store.OpenAsync(cancellationToken);
        _number = _store.Membership.Id;
        _committer.Start();
        _store.Membership.Watch(this);
        OnAdopted();
    }

    /// <summary>Serves a worker until its stream ends or the engine stops.</summary>
    public async Task ServeWorkerAsync(System.IO.Pipelines.PipeWriter output, string userAgent, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stopping.Token);
        var stream = new WorkerStream();
        _log.WorkerConnected(userAgent, CountWorkers(1));
        try
        {
            await stream.SendAsync(Queue, output, _settings.Patience, Time, either.Token);
            if (!either.IsCancellationRequested) _log.WorkerStuck(_settings.Patience);
        }
        finally
        {
            var items = Queue.Return(stream);
            _log.WorkerGone(items, CountWorkers(-1));
        }

        throw new GrpcException(GrpcStatusCode.Unknown, "timed out while sending work item: context deadline exceeded");
    }

    /// <summary>Completes when some engine of the app has a worker.</summary>
    public async Task WaitForWorkerAsync(CancellationToken cancellationToken)
    {
        while (Home == 0)
        {
            Task came;
            lock (_workersLock) came = _workerCame.Task;

            // Workers of other processes are only seen round by round.
            await Task.WhenAny(came, Task.Delay(TimeSpan.FromMilliseconds(250), Time, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>A worker's answer to a turn. One that nobody waits for is dropped, as by daprd.</summary>
    public void CompleteTurn(WorkflowResponse response) => Table.CompleteTurn(response);

    /// <summary>A worker's answer to an activity; completes when it is durable.</summary>
    public Task CompleteActivityAsync(ActivityResponse response) =>
        Guests.TryGetValue((response.InstanceId, response.TaskId), out var origin) ? CompleteForAsync(origin, response) : Table.CompleteActivityAsync(response);

    /// <summary>Activities of other apps' workflows that this app's workers do.</summary>
    public System.Collections.Concurrent.ConcurrentDictionary<(string Instance, int Task), WorkflowEngine> Guests { get; } = new();

    /// <summary>An instance that a workflow of another app wants.</summary>
    public Task AcceptAsync(NewRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        var work = new CreateWork(new NewRow { Id = row.Id, Start = row.Start, Due = row.Due, Owner = _store.Membership.Id }, Table.OnCreated);
        _committer.Add(work);
        return work.Done;
    }

    /// <summary>An event that a workflow of another app sends to one of ours.</summary>
    public Task AcceptAsync(NewMail mail)
    {
        ArgumentNullException.ThrowIfNull(mail);
        var work = new AppendWork(new NewMail { Id = mail.Id, Event = mail.Event, ExecutionId = mail.ExecutionId }, Table.OnStored);
        _committer.Add(work);
        return work.Done;
    }

    void IMembershipListener.OnMail(string id) => Table.Look(id);

    public void OnAdopted()
    {
        if (_number != _store.Membership.Id)
        {
            _log.EngineLost();
            _number = _store.Membership.Id;
            Table.ForgetAll();
        }

        // One search at a time; a call that comes meanwhile makes it search once more.
        if (Interlocked.Increment(ref _adopting) == 1) _ = Task.Run(AdoptAsync);
    }

    void IMembershipListener.OnRound()
    {
        if (_round.IsCompleted) _round = Task.Run(RoundAsync);
    }

    /// <summary>Takes nothing new, stores what is under way, and ends every call that waits.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        Watchers.TellAll();
        await _committer.StopAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(new CancellationToken(canceled: true));
        await _round;
        await Table.DisposeAsync();
        await _committer.DisposeAsync();
        await _store.DisposeAsync();
        _stopping.Dispose();
    }

    private async Task CompleteForAsync(WorkflowEngine origin, ActivityResponse response)
    {
        await origin.Table.CompleteActivityAsync(response);
        Guests.TryRemove((response.InstanceId, response.TaskId), out _);
    }

    private int CountWorkers(int change)
    {
        int workers;
        lock (_workersLock)
        {
            workers = _workers += change;
            if (change > 0)
            {
                _roundsWithoutWorker = 0;
                _handedOver = false;
                _workerCame.TrySetResult();
            }
            else if (workers == 0)
            {
                _workerCame = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }

        _store.Membership.Announce(workers);
        if (change > 0 && workers == 1) Table.TryHeldAgain();
        return workers;
    }

    private async Task RejoinAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await _store.Membership.RejoinAsync(cancellationToken);
                break;
            }
            catch (StoreUnavailableException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(200), Time, cancellationToken);
            }
        }

        OnAdopted();
    }

    private async Task AdoptAsync()
    {
        do
        {
            Interlocked.Exchange(ref _adopting, 1);
            try
            {
                foreach (var (id, due) in await _store.FindWorkAsync(_stopping.Token))
                {
                    if (due is { } later) Table.LookAt(id, later);
                    else Table.Look(id);
                }
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                _log.RoundFailed(failure);
                Interlocked.Increment(ref _adopting);
                await Task.Delay(SearchPause, Time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
        while (Interlocked.CompareExchange(ref _adopting, 0, 1) != 1);
    }

    private async Task RoundAsync()
    {
        try
        {
            HandOver();
            Table.Shrink(_settings.MaxIdle);
            if (_settings.Retention.Removes)
            {
                while (await _store.RemoveExpiredAsync(RemovedAtOnce, _stopping.Token) == RemovedAtOnce)
                {
                    // There may be more.
                }
            }
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            _log.RoundFailed(failure);
        }
        catch (OperationCanceledException)
        {
            // The engine stops.
        }
    }

    /// <summary>Without a worker nothing goes on here; an engine that has one takes the instances. A worker that reconnects at once is waited for.</summary>
    private void HandOver()
    {
        if (Workers > 0) return;
        var other = _store.Membership.OtherWithWorkers;
        if (other == 0 || ++_roundsWithoutWorker < 2 || (_handedOver && Table.Count == 0)) return;
        _handedOver = true;
        _log.HandedOver(other);
        _committer.Add(new ReleaseWork(other, () =>
        {
            Table.ForgetAll();

            // The other one may have died in the meantime: then they are still ours.
            OnAdopted();
        }));
    }
}
