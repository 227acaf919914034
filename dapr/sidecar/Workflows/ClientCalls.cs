using System.Text;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using StocksDapr.Protocol.TaskHub;
using StocksDapr.Sidecar.Workflows.Instances;
using StocksDapr.Sidecar.Workflows.Storage;

namespace StocksDapr.Sidecar.Workflows;

/// <summary>What clients may ask of a workflow engine. A call that changes something returns when that is durable.</summary>
internal sealed class ClientCalls(WorkflowEngine engine, WorkflowSettings settings, IWorkflowStore store, Committer committer)
{
    /// <summary>Ids are keys in the store, and go through its notifications.</summary>
    private const int LongestId = 1024;

    private static readonly TimeSpan RemotePoll = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LocalPoll = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Creates an instance and, unless it is to start later, waits until a worker has taken its first turn. While there is no worker nothing is stored.
    /// </summary>
    /// <exception cref="WorkflowException">The id is in use.</exception>
    public async Task StartAsync(string id, string name, string? input, Timestamp? scheduled, TraceContext? trace, CancellationToken cancellationToken)
    {
        CheckId(id);
        await engine.WaitForWorkerAsync(cancellationToken);
        var start = new HistoryEvent
        {
            EventId = -1,
            Timestamp = Now(),
            ExecutionStarted = new ExecutionStartedEvent
            {
                Name = name,
                Input = input,
                WorkflowInstance = new WorkflowInstance { InstanceId = id, ExecutionId = ActionRules.NewExecution() },
                ParentTraceContext = trace,
                ScheduledStartTimestamp = scheduled,
            },
        };
        await CreateAsync(id, start.ToByteString(), scheduled is null ? null : ToMoment(scheduled), cancellationToken);
        if (scheduled is null) await WatchAsync(id, snapshot => snapshot.Status != OrchestrationStatus.Pending, cancellationToken);
    }

    /// <summary>Puts an event into an instance's inbox. What comes after its end is dropped.</summary>
    public async Task AddAsync(string id, HistoryEvent happened, CancellationToken cancellationToken)
    {
        CheckId(id);
        await NeedWorkerAsync(id, cancellationToken);
        if (happened.EventRaised is not null && engine.Table.Snapshot(id)?.Status == OrchestrationStatus.Stalled) throw WorkflowException.Stalled();
        happened.EventId = -1;
        happened.Timestamp = Now();
        var work = new AppendWork(new NewMail { Id = id, Event = happened.ToByteString() }, engine.Table.OnStored);
        committer.Add(work);
        if (await work.Done.WaitAsync(cancellationToken) == MailOutcome.Missing) throw WorkflowException.NotFound();
    }

    /// <summary>An instance as it is now; null when there is none.</summary>
    public async Task<InstanceSnapshot?> ReadAsync(string id, CancellationToken cancellationToken) =>
        engine.Table.Snapshot(id) ?? (IsId(id) ? await store.ReadAsync(id, cancellationToken) : null);

    /// <summary>Waits until an instance is as wanted. One that does not exist yet is waited for.</summary>
    public async Task<InstanceSnapshot> WatchAsync(string id, Func<InstanceSnapshot, bool> wanted, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, engine.Stopping);
        while (true)
        {
            var waiter = engine.Watchers.Add(id);
            try
            {
                var found = await ReadAsync(id, either.Token);
                if (found is not null && wanted(found)) return found;
                var poll = found?.Owner == store.Membership.Id ? LocalPoll : RemotePoll;
                var news = await waiter.Task.WaitAsync(poll, engine.Time, either.Token);
                if (news is not null && wanted(news)) return news;
            }
            catch (TimeoutException)
            {
                // Nobody told us: another engine may have brought it on.
            }
            catch (StoreUnavailableException)
            {
                await Task.Delay(RemotePoll, engine.Time, either.Token);
            }
            finally
            {
                engine.Watchers.Remove(id, waiter);
            }
        }
    }

    /// <summary>Removes an instance that has ended (or any, if forced), with its children if wanted. Returns how many are gone.</summary>
    /// <exception cref="WorkflowException">There is no such instance, or it or a child has not ended.</exception>
    public async Task<int> PurgeAsync(string id, bool recursive, bool force, CancellationToken cancellationToken)
    {
        CheckId(id);
        await NeedWorkerAsync(id, cancellationToken);
        return await PurgeTreeAsync(id, recursive, force, new HashSet<string>(StringComparer.Ordinal), cancellationToken);
    }

    /// <summary>The committed events of an instance; null when it does not exist.</summary>
    public async Task<IReadOnlyList<ByteString>?> HistoryAsync(string id, CancellationToken cancellationToken) =>
        IsId(id) ? await store.ReadHistoryAsync(id, cancellationToken) : null;

    /// <summary>Ids in their order, from a token on, and the token of the next page; null = that was all.</summary>
    public async Task<(IReadOnlyList<string> Ids, string? Next)> ListAsync(string? token, int? pageSize, CancellationToken cancellationToken)
    {
        const int chunk = 1000;
        var ids = new List<string>();
        while (true)
        {
            var wanted = Math.Min(chunk, pageSize is > 0 ? pageSize.Value - ids.Count : chunk);
            var found = await store.ListAsync(token, wanted, cancellationToken);
            ids.AddRange(found);
            if (found.Count < wanted) return (ids, null);
            token = found[^1];
            if (ids.Count == pageSize) return (ids, token);
        }
    }

    /// <summary>Runs an instance that has ended once more, from one of its steps on, under another id.</summary>
    public async Task<string> RerunAsync(RerunWorkflowFromEventRequest request, CancellationToken cancellationToken)
    {
        CheckId(request.SourceInstanceID);
        var id = request.HasNewInstanceID ? request.NewInstanceID : Guid.NewGuid().ToString();
        CheckId(id);
        if (id == request.SourceInstanceID) throw WorkflowException.Invalid("rerun workflow instance ID must be different from the original instance ID");
        await engine.WaitForWorkerAsync(cancellationToken);
        var fork = new Fork(settings.AppId, engine.Time);
        var source = await ReadAsync(request.SourceInstanceID, cancellationToken);
        var history = source is null ? null : await store.ReadHistoryAsync(request.SourceInstanceID, cancellationToken);
        var seed = fork.Build(request, id, source, history);
        if (!await CreateForkAsync(id, seed, cancellationToken)) throw Fork.Exists(id);
        await WatchAsync(id, snapshot => snapshot.Status != OrchestrationStatus.Pending, cancellationToken);
        return id;
    }

    private Timestamp Now() => Timestamp.FromDateTimeOffset(engine.Time.GetUtcNow());

    private static DateTimeOffset? ToMoment(Timestamp scheduled)
    {
        try
        {
            return scheduled.ToDateTimeOffset();
        }
        catch (InvalidOperationException)
        {
            throw WorkflowException.Invalid("the scheduled start is no time");
        }
    }

    private async Task CreateAsync(string id, ByteString start, DateTimeOffset? due, CancellationToken cancellationToken)
    {
        var replaces = false;
        while (true)
        {
            var row = new NewRow { Id = id, Start = start, Due = due, Owner = engine.Home, Replaces = replaces };
            var work = new CreateWork(row, engine.Table.OnCreated);
            committer.Add(work);
            if (await work.Done.WaitAsync(cancellationToken)) return;
            if (await store.ReadAsync(id, cancellationToken) is not { } existing)
            {
                replaces = false;
                continue;
            }

            if (!existing.IsOver) throw WorkflowException.InUse(id);
            if (await new ChildTree(store).FindRunningAsync(id, cancellationToken) is { } child)
                throw WorkflowException.ChildrenRun(id, $"child workflow '{child}': orchestration has not yet completed");
            replaces = true;
        }
    }

    private async Task<bool> CreateForkAsync(string id, ForkSeed seed, CancellationToken cancellationToken)
    {
        var row = new NewRow { Id = id, Start = seed.Start, Seed = seed, Owner = engine.Home };
        var work = new CreateWork(row, created =>
        {
            if (created.Owner == store.Membership.Id) seed.Children.Select(child => child.Id).Append(id).ToList().ForEach(engine.Table.Look);
        });
        committer.Add(work);
        return await work.Done.WaitAsync(cancellationToken);
    }

    private async Task<int> PurgeTreeAsync(string id, bool recursive, bool force, HashSet<string> seen, CancellationToken cancellationToken)
    {
        var found = await ReadAsync(id, cancellationToken) ?? throw WorkflowException.NotFound();
        if (!found.IsOver && !force) throw found.Status == OrchestrationStatus.Stalled ? WorkflowException.Stalled() : WorkflowException.NotCompleted();
        var count = 0;
        seen.Add(id);
        foreach (var child in recursive ? await new ChildTree(store).ChildrenAsync(id, cancellationToken) ?? [] : [])
        {
            if (child.AppId.Length > 0 || !seen.Add(child.InstanceId)) continue;
            try
            {
                count += await PurgeTreeAsync(child.InstanceId, recursive, force, seen, cancellationToken);
            }
            catch (WorkflowException gone) when (gone.Problem == WorkflowProblem.NotFound)
            {
                // Removed already.
            }
        }

        var work = new PurgeWork(id, force);
        committer.Add(work);
        if (!await work.Done.WaitAsync(cancellationToken)) throw WorkflowException.NotFound();
        engine.Table.Remove(id);
        return count + 1;
    }

    private async Task NeedWorkerAsync(string id, CancellationToken cancellationToken)
    {
        if (engine.Home != 0) return;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(settings.WorkerGrace);
        try
        {
            await engine.WaitForWorkerAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw WorkflowException.NoWorker(settings.KeyOf(settings.AppId), id);
        }
    }

    private static void CheckId(string id)
    {
        if (id.Length == 0) throw WorkflowException.Invalid("a workflow instance ID is required");
        if (!IsId(id)) throw WorkflowException.Invalid($"a workflow instance ID has at most {LongestId} bytes and no NUL");
    }

    private static bool IsId(string id) => id.Length is > 0 and <= LongestId && Encoding.UTF8.GetByteCount(id) <= LongestId && !id.Contains('\0', StringComparison.Ordinal);
}
