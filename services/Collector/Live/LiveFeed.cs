using Dapr;
using StocksDapr.Collector.Providers;
using StocksDapr.Collector.Publishing;
using StocksDapr.Contracts;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;

namespace StocksDapr.Collector.Live;

/// <summary>
/// One stream: connects while a session is under way, connects again when the connection is lost, forms bars and says now and then how they stand. What could not be
/// said is said with the next turn, so that a broker that is away costs nothing but time.
/// </summary>
internal sealed class LiveFeed(
    LiveSource source,
    ExchangeCalendar calendar,
    LiveOptions options,
    LiveSymbols symbols,
    IFormingBars forming,
    IMessagePublisher publisher,
    TimeProvider time,
    LiveMetrics metrics,
    ILogger logger)
{
    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LastRetry = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan RetryWithoutRight = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan PublishPatience = TimeSpan.FromSeconds(5);

    /// <summary>How long before the opening a connection is made.</summary>
    private static readonly TimeSpan Early = TimeSpan.FromMinutes(1);

    /// <summary>How often it is looked whether other symbols are wanted, or the session is over.</summary>
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly BarFormation _formation = new(calendar, options.ReadIntervals()!, options.Lateness);

    private string Name => source.Stream.Name;

    /// <summary>Runs until it is cancelled; to be called once.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await AdoptAsync(cancellationToken);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task[] parts = [StreamAsync(ending.Token), PublishAsync(ending.Token)];
        try
        {
            await await Task.WhenAny(parts);
        }
        finally
        {
            await ending.CancelAsync();
            await Task.WhenAll(parts).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task StreamAsync(CancellationToken cancellationToken)
    {
        var retry = FirstRetry;
        while (true)
        {
            if (!IsTime() || await symbols.GetAsync(source.Stream, cancellationToken) is not { Count: > 0 } wanted)
            {
                await Task.Delay(LookEvery < Early ? LookEvery : Early, time, cancellationToken);
                continue;
            }

            var connectedAt = time.GetTimestamp();
            var problem = await ConnectAsync(wanted, cancellationToken);
            lock (_gate)
                _formation.Disconnected();
            if (problem is null)
                continue;

            metrics.ConnectionLost(Name);
            retry = time.GetElapsedTime(connectedAt) > LastRetry ? FirstRetry : retry;
            var pause = problem.RetryAfter ?? (problem.Kind == ProviderErrorKind.NotEntitled ? RetryWithoutRight : retry * (0.75 + (Random.Shared.NextDouble() / 2)));
            logger.StreamLost(Name, problem.Kind, problem.Detail, pause);
            await Task.Delay(pause, time, cancellationToken);
            retry = retry * 2 < LastRetry ? retry * 2 : LastRetry;
        }
    }

    /// <summary>Reads trades until the connection ends; null when that was our wish.</summary>
    private async Task<ProviderError?> ConnectAsync(IReadOnlyList<string> wanted, CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var watching = WatchAsync(wanted, ending);
        try
        {
            lock (_gate)
                _formation.Connecting(source.Clock.GetUtcNow(), source.Stream.ReplaysSession);
            logger.StreamConnecting(Name, wanted.Count);
            await foreach (var trade in source.Stream.StreamAsync(wanted, ending.Token))
            {
                TradeVerdict verdict;
                lock (_gate)
                    verdict = _formation.Add(trade, source.Clock.GetUtcNow());
                metrics.Traded(Name, verdict);
            }

            return new ProviderError(ProviderErrorKind.Unavailable, "The connection was closed by the vendor.");
        }
        catch (ProviderStreamException e)
        {
            return e.Error;
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return null;
        }
        finally
        {
            await ending.CancelAsync();
            await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Ends the connection when the session is over or other symbols are wanted.</summary>
    private async Task WatchAsync(IReadOnlyList<string> wanted, CancellationTokenSource connection)
    {
        do
        {
            await Task.Delay(LookEvery, time, connection.Token);
        }
        while (IsTime() && (await symbols.GetAsync(source.Stream, connection.Token) is not { Count: > 0 } now || now.SequenceEqual(wanted)));

        await connection.CancelAsync();
    }

    private bool IsTime()
    {
        var now = source.Clock.GetUtcNow();
        return calendar.TryGetSessionAt(now, out _) || calendar.TryGetSessionAt(now + Early, out _) || calendar.TryGetSessionAt(now - options.Lateness, out _);
    }

    private async Task PublishAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(options.Every, time);
        while (await timer.WaitForNextTickAsync(cancellationToken))
        {
            List<LiveBar> changed;
            lock (_gate)
                changed = _formation.TakeChanged(source.Clock.GetUtcNow(), time.GetUtcNow());
            foreach (var part in changed.Chunk(LiveBars.MaxBars))
                await PublishAsync(part, cancellationToken);
        }
    }

    private async Task PublishAsync(LiveBar[] bars, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(PublishPatience);
        try
        {
            await publisher.PublishAsync(Topics.LiveBars, Name, new LiveBars(Name, bars), patience.Token);
            metrics.Published(Name, bars.Length);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && e is DaprException or HttpRequestException or OperationCanceledException)
        {
            logger.LiveBarsNotPublished(Name, bars.Length, e.Message);
            lock (_gate)
                _formation.PutBack(bars);
        }
    }

    /// <summary>What another replica was forming goes on here. A stream that replays its session needs none of it.</summary>
    private async Task AdoptAsync(CancellationToken cancellationToken)
    {
        if (source.Stream.ReplaysSession)
            return;

        foreach (var bar in await forming.GetAsync(Name, cancellationToken))
            _formation.Adopt(bar);
    }
}
