using StocksDapr.Collector.Providers.Health;
using StocksDapr.Collector.Providers.Keys;
using StocksDapr.Collector.Publishing;
using StocksDapr.Market;

namespace StocksDapr.Collector.Live;

/// <summary>Runs every stream in one replica at a time: a vendor allows one connection for a key, and one is enough.</summary>
internal sealed class LiveWorker(
    IEnumerable<LiveSource> sources,
    LiveOptions options,
    LiveSymbols symbols,
    IFormingBars forming,
    IMessagePublisher publisher,
    IProviderState state,
    TimeProvider time,
    LiveMetrics metrics,
    ILogger<LiveWorker> logger) : BackgroundService
{
    private static readonly TimeSpan ReleasePatience = TimeSpan.FromSeconds(2);

    // A store that is away for an hour does not fill the log.
    private bool _isAsked = true;

    private readonly string _holder = Guid.NewGuid().ToString("N");

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(sources.Select(source => LeadAsync(source, stoppingToken)));

    private async Task LeadAsync(LiveSource source, CancellationToken cancellationToken)
    {
        var name = source.Stream.Name;
        var lease = new LiveLease(state, LiveLease.NameOf(name), _holder, options.LeaseFor, time);
        while (true)
        {
            if (await TryHoldAsync(lease, said: null, cancellationToken) == true)
            {
                logger.StreamTaken(name);
                metrics.Leads(name, true);
                try
                {
                    await RunAsync(source, lease, cancellationToken);
                }
                finally
                {
                    metrics.Leads(name, false);
                    if (cancellationToken.IsCancellationRequested)
                        await ReleaseAsync(lease);
                }

                logger.StreamGivenUp(name);
            }

            await Task.Delay(options.LeaseFor / 3, time, cancellationToken);
        }
    }

    /// <summary>Runs the stream for as long as the lease is held.</summary>
    private async Task RunAsync(LiveSource source, LiveLease lease, CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var feed = new LiveFeed(source, ExchangeCalendar.UsEquities, options, symbols, forming, publisher, time, metrics, logger);
        var running = feed.RunAsync(ending.Token);
        try
        {
            await Task.WhenAny(running, RenewAsync(lease, feed, ending.Token));
        }
        finally
        {
            await ending.CancelAsync();
            await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        // A feed ends by being cancelled; whatever else ended it must not pass for that, and the next turn begins anew.
        if (running.IsFaulted)
            logger.StreamFailed(running.Exception, source.Stream.Name);
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>Returns when the lease is lost, or may be before long because nobody could be told of this holder.</summary>
    private async Task RenewAsync(LiveLease lease, LiveFeed feed, CancellationToken cancellationToken)
    {
        var heldAt = time.GetTimestamp();
        while (true)
        {
            await Task.Delay(options.LeaseFor / 5, time, cancellationToken);
            var asked = time.GetTimestamp();
            switch (await TryHoldAsync(lease, feed.State, cancellationToken))
            {
                case true:
                    heldAt = asked;
                    break;
                case false:
                    return;
                case null when time.GetElapsedTime(heldAt) > options.LeaseFor * 0.6:
                    return;
            }
        }
    }

    /// <summary>Null when nobody can be asked.</summary>
    private async Task<bool?> TryHoldAsync(LiveLease lease, StreamView? said, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(options.LeaseFor / 5, time);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var holds = await lease.TryHoldAsync(said, patience.Token);
            _isAsked = true;
            return holds;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && e is StateUnavailableException or OperationCanceledException)
        {
            if (Interlocked.Exchange(ref _isAsked, false))
                logger.LeaseNotAsked(e.Message);
            return null;
        }
    }

    private async Task ReleaseAsync(LiveLease lease)
    {
        using var patience = new CancellationTokenSource(ReleasePatience, time);
        try
        {
            await lease.ReleaseAsync(patience.Token);
        }
        catch (Exception e) when (e is StateUnavailableException or OperationCanceledException)
        {
            logger.LeaseNotAsked(e.Message);
        }
    }
}
