using System.Diagnostics;
using System.Threading.Channels;

namespace StocksDapr.Collector.Collection;

/// <summary>
/// Runs one collection at a time, at start and whenever it is asked to. Asking while one runs means one more after it, however often it was
/// asked. What goes wrong ends that collection, not the next.
/// </summary>
internal sealed class CollectionWorker(
    IEnumerable<PlanCollection> collections, TimeProvider time, CollectorMetrics metrics, ILogger<CollectionWorker> logger) : BackgroundService
{
    /// <summary>Services start in any order; the first collection need not wait for the schedule because Query came a moment later.</summary>
    private static readonly TimeSpan RetryUntilFirstCollection = TimeSpan.FromSeconds(1);

    /// <summary>How long Query may take to start before that is worth a warning.</summary>
    private static readonly TimeSpan StartOfQuery = TimeSpan.FromSeconds(15);

    private readonly PlanCollection[] _collections = [.. collections];

    private readonly Channel<bool> _requests = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    private readonly long _started = time.GetTimestamp();

    private bool _saidThatQueryIsDown;
    private bool _hasCollected;

    /// <summary>Asks for a collection and does not wait for it.</summary>
    public void Request() => _requests.Writer.TryWrite(true);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        Request();
        await foreach (var _ in _requests.Reader.ReadAllAsync(stoppingToken))
        {
            await CollectAsync(stoppingToken);
            if (_hasCollected)
                continue;

            await Task.Delay(RetryUntilFirstCollection, time, stoppingToken);
            Request();
        }
    }

    private async Task CollectAsync(CancellationToken cancellationToken)
    {
        using var activity = CollectorMetrics.Activities.StartActivity("collect due");
        var started = time.GetTimestamp();
        var outcome = "done";
        var published = 0;
        try
        {
            foreach (var collection in _collections)
                published += await collection.RunAsync(cancellationToken);
            _hasCollected = true;
            if (_saidThatQueryIsDown)
                logger.QueryAnswersAgain();
            _saidThatQueryIsDown = false;
        }
        catch (StoredBarsUnknownException e)
        {
            outcome = "stored unknown";
            if (!_saidThatQueryIsDown && (_hasCollected || time.GetElapsedTime(_started) >= StartOfQuery))
            {
                logger.QueryNotReachable(e.Message);
                _saidThatQueryIsDown = true;
            }
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            outcome = "failed";
            _hasCollected = true;
            activity?.SetStatus(ActivityStatusCode.Error, e.Message);
            logger.CollectionFailed(e);
        }

        var duration = time.GetElapsedTime(started);
        metrics.Collected(duration, outcome);
        if (published > 0)
            logger.Collected(published, duration.TotalSeconds);
    }
}
