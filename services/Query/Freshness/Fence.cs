using System.Collections.Concurrent;
using System.Globalization;
using StocksDapr.Query.Bars.Caching;
using StocksDapr.Query.Storage;

namespace StocksDapr.Query.Freshness;

/// <summary>
/// Makes "it is stored" and "I can read it" the same: <see cref="PassAsync"/> returns when the cache has obeyed the stored event of every
/// transaction that was committed, and therefore visible, before the call.
/// </summary>
/// <remarks>
/// It sends a notification of its own through another connection and waits until the listening one hands it back. PostgreSQL delivers
/// notifications to every listener in the order in which their transactions committed (it holds one lock from queueing them until the commit),
/// so everything committed before ours has been delivered before ours. Merely asking on the listening connection would not do: a commit
/// becomes visible a moment before its notification is signalled. With the cache off there is nothing to wait for: reads go to the database.
/// </remarks>
internal sealed class Fence(MarketDatabase database, BarCache cache, QueryMetrics metrics, TimeProvider time, ILogger<Fence> logger)
{
    public const string Channel = "query_fence";

    /// <summary>After this time the listening connection is no longer believed.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    private readonly string _instance = Guid.NewGuid().ToString("N");
    private readonly ConcurrentDictionary<long, TaskCompletionSource> _waiting = new();
    private long _last;

    public async Task PassAsync(CancellationToken cancellationToken)
    {
        if (!cache.IsOn)
            return;

        var number = Interlocked.Increment(ref _last);
        var returned = _waiting.GetOrAdd(number, static _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        var began = time.GetTimestamp();
        try
        {
            await database.NotifyAsync(Channel, string.Create(CultureInfo.InvariantCulture, $"{_instance}:{number}"), cancellationToken);
            await returned.Task.WaitAsync(Timeout, time, cancellationToken);
            metrics.Fenced(time.GetElapsedTime(began));
        }
        catch (TimeoutException)
        {
            // Without the cache every read goes to the database, so the promise holds all the same.
            cache.TurnOff();
            Log.FenceTimedOut(logger, Timeout.TotalSeconds);
        }
        finally
        {
            _waiting.TryRemove(number, out _);
        }
    }

    /// <summary>To be called by the listener, in order, for every notification of <see cref="Channel"/>; those of other replicas pass by.</summary>
    public void Returned(string payload)
    {
        if (payload.StartsWith(_instance, StringComparison.Ordinal)
            && long.TryParse(payload.AsSpan(_instance.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && _waiting.TryGetValue(number, out var waiting))
            waiting.TrySetResult();
    }

    /// <summary>To be called when the cache has gone off: nobody need wait any longer.</summary>
    public void Release()
    {
        foreach (var waiting in _waiting.Values)
            waiting.TrySetResult();
    }
}
