using System.Threading.Channels;

namespace StocksDapr.Sidecar.Workflows.Storage;

/// <summary>
/// Stores changes in groups: what is there when the store is free goes together, and what comes meanwhile makes the next group. Nobody ever waits for a
/// group to fill. While the store is away the changes wait.
/// </summary>
/// <param name="store">Where to.</param>
/// <param name="rejoin">Called when others took this engine for dead; its turns are lost then, other changes are stored in its new name.</param>
/// <param name="time">The clock.</param>
/// <param name="log">Told of outages.</param>
internal sealed class Committer(IWorkflowStore store, Func<CancellationToken, Task> rejoin, TimeProvider time, ILogger log) : IAsyncDisposable
{
    private const int MaxWorks = 256;
    private const int MaxBytes = 4 * 1024 * 1024;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private readonly Channel<StoreWork> _works = Channel.CreateUnbounded<StoreWork>(new UnboundedChannelOptions { SingleReader = true });
    private readonly CancellationTokenSource _stopping = new();
    private readonly Queue<StoreWork> _deferred = new();
    private Task _running = Task.CompletedTask;

    public void Start() => _running = Task.Run(() => RunAsync(_stopping.Token));

    /// <summary>Hands a change in. Changes of one caller are stored in the order in which they were handed in.</summary>
    public void Add(StoreWork work)
    {
        if (!_works.Writer.TryWrite(work)) work.Fail(Stopped());
    }

    /// <summary>Stores what is there, as far as the store does it at once, and ends.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _works.Writer.TryComplete();
        await _running.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _stopping.CancelAsync();
        await _running;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(new CancellationToken(canceled: true));
        _stopping.Dispose();
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        var group = new List<StoreWork>();
        try
        {
            while (_deferred.Count > 0 || await _works.Reader.WaitToReadAsync(cancellationToken))
            {
                Gather(group);
                await StoreAsync(group, cancellationToken);
                group.Clear();
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // What is not stored is told below.
        }

        _works.Writer.TryComplete();
        while (_works.Reader.TryRead(out var left)) group.Add(left);
        foreach (var left in group.Concat(_deferred)) left.Fail(Stopped());
    }

    /// <summary>Two changes that make or remove the same instance do not fit into one group: the second one waits, and with it all that follow.</summary>
    private void Gather(List<StoreWork> group)
    {
        var ids = new HashSet<string>(StringComparer.Ordinal);
        var bytes = 0;
        while (group.Count < MaxWorks && bytes < MaxBytes && (_deferred.Count > 0 || _works.Reader.TryPeek(out _)))
        {
            var next = _deferred.TryDequeue(out var deferred) ? deferred : _works.Reader.TryRead(out var read) ? read : throw new InvalidOperationException("there is only one reader");
            if (!IsAlone(next, ids))
            {
                var rest = _deferred.ToArray();
                _deferred.Clear();
                _deferred.Enqueue(next);
                foreach (var work in rest) _deferred.Enqueue(work);
                return;
            }

            group.Add(next);
            bytes += next.Size;
        }
    }

    private static bool IsAlone(StoreWork work, HashSet<string> ids) => work switch
    {
        CreateWork create => ids.Add(create.Row.AppId + "/" + create.Row.Id),
        PurgeWork purge => ids.Add("/" + purge.Id),
        TurnWork turn => turn.Creations.TrueForAll(creation => ids.Add(creation.AppId + "/" + creation.Id)),
        _ => true,
    };

    private async Task StoreAsync(List<StoreWork> group, CancellationToken cancellationToken)
    {
        var pause = FirstPause;
        while (group.Count > 0)
        {
            try
            {
                await store.CommitAsync(group, cancellationToken);
                if (!TakeOutLosers(group)) break;
            }
            catch (StoreUnavailableException outage)
            {
                log.StoreUnavailable(outage.Message, group.Count);
                await Task.Delay(pause, time, cancellationToken);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
            catch (EngineLostException lost)
            {
                foreach (var turn in group.OfType<TurnWork>().ToList()) turn.Fail(lost);
                group.RemoveAll(work => work is TurnWork or ReleaseWork);
                await rejoin(cancellationToken);
            }
            catch (Exception refused) when (refused is not OperationCanceledException)
            {
                // The store does not take it: one change is wrong, and the others must not suffer from it.
                if (group.Count == 1)
                {
                    log.StoreRefused(refused);
                    group[0].Fail(refused);
                    return;
                }

                foreach (var single in group) await StoreAsync([single], cancellationToken);
                return;
            }
        }

        foreach (var work in group) Finish(work);
    }

    /// <summary>What follows from one change must not keep the others from going on.</summary>
    private void Finish(StoreWork work)
    {
        try
        {
            work.Finish();
        }
        catch (Exception failure)
        {
            log.FollowUpFailed(failure);
            work.Fail(failure);
        }
    }

    /// <summary>Turns of instances that are not ours any more, or whose children's ids are in use, kept the group from being stored: it goes on without them.</summary>
    private bool TakeOutLosers(List<StoreWork> group)
    {
        var losers = group.OfType<TurnWork>().Where(turn => !turn.Committed || turn.Contested).ToList();
        foreach (var loser in losers)
        {
            group.Remove(loser);
            Finish(loser);
        }

        return losers.Count > 0;
    }

    private static OperationCanceledException Stopped() => new("the workflow engine has stopped");
}
