using Dapr;
using StocksDapr.Collector.Providers;
using StocksDapr.Collector.Providers.Health;
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
    private const string Closed = "closed";
    private const string NotConfigured = "notConfigured";
    private const string NoSymbols = "noSymbols";
    private const string Connecting = "connecting";
    private const string Streaming = "streaming";
    private const string Lost = "lost";

    private static readonly TimeSpan FirstRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LastRetry = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan RetryWithoutRight = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan PublishPatience = TimeSpan.FromSeconds(5);

    /// <summary>How long before the opening a connection is made.</summary>
    private static readonly TimeSpan Early = TimeSpan.FromMinutes(1);

    /// <summary>How often it is looked whether other symbols are wanted, a key has come or gone, or the session is over.</summary>
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(30);

    /// <summary>How often it is asked what another replica was forming, while nobody can say.</summary>
    private static readonly TimeSpan AskEvery = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private readonly BarFormation _formation = new(calendar, options.ReadIntervals()!, options.Lateness);
    private volatile StreamView _state = new(Closed, 0, time.GetUtcNow(), null, null);

    /// <summary>How the stream does.</summary>
    public StreamView State => _state;

    private string Name => source.Stream.Name;

    /// <summary>Runs until it is cancelled; to be called once.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var isAdopted = await TryAdoptAsync(cancellationToken);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        List<Task> parts = [StreamAsync(ending.Token), PublishAsync(ending.Token)];
        if (!isAdopted)
            parts.Add(AdoptAsync(ending.Token));
        try
        {
            Task ended;
            while ((ended = await Task.WhenAny(parts)).IsCompletedSuccessfully)
                parts.Remove(ended);
            await ended;
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
            if (Obstacle() is { } obstacle)
            {
                Enter(obstacle);
                await Task.Delay(LookEvery, time, cancellationToken);
                continue;
            }

            if (await symbols.GetAsync(source.Stream, cancellationToken) is not { Count: > 0 } wanted)
            {
                Enter(NoSymbols);
                await Task.Delay(LookEvery, time, cancellationToken);
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
            Enter(Lost, 0, pause, problem);
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
            Enter(Connecting, wanted.Count);
            await foreach (var trade in source.Stream.StreamAsync(wanted, ending.Token))
            {
                Enter(Streaming, wanted.Count);
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
            // What was wrong with the watch, if anything was, must not pass for a wish.
            await watching;
            return null;
        }
        finally
        {
            await ending.CancelAsync();
            await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Ends the connection when the session is over, the key is gone, or other symbols are wanted; also when it cannot watch any more.</summary>
    private async Task WatchAsync(IReadOnlyList<string> wanted, CancellationTokenSource connection)
    {
        var known = wanted.ToHashSet(StringComparer.Ordinal);
        try
        {
            do
            {
                await Task.Delay(LookEvery, time, connection.Token);
            }
            while (Obstacle() is null && (await symbols.GetAsync(source.Stream, connection.Token) is not { } now || known.SetEquals(now)));
        }
        finally
        {
            await connection.CancelAsync();
        }
    }

    /// <summary>Why there is nothing to connect to or for; null if there is.</summary>
    private string? Obstacle() => !IsTime() ? Closed : source.Stream.IsConfigured ? null : NotConfigured;

    private void Enter(string state, int count = 0, TimeSpan? pause = null, ProviderError? error = null)
    {
        var last = _state;
        if (last.State == state && last.Symbols == count && error is null)
            return;

        var now = time.GetUtcNow();
        _state = new StreamView(state, count, last.State == state ? last.Since : now, now + pause, error is null ? last.LastError : ErrorView.Of(error, now));
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
        using var limit = new CancellationTokenSource(PublishPatience, time);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
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

    private async Task AdoptAsync(CancellationToken cancellationToken)
    {
        do
        {
            await Task.Delay(AskEvery, time, cancellationToken);
        }
        while (!await TryAdoptAsync(cancellationToken));
    }

    /// <summary>
    /// What another replica was forming goes on here, or ends here at least: nobody else says that it has. False when nobody can say what that is, which keeps no stream from beginning.
    /// </summary>
    private async Task<bool> TryAdoptAsync(CancellationToken cancellationToken)
    {
        if (await forming.GetAsync(Name, cancellationToken) is not { } bars)
            return false;

        lock (_gate)
        {
            foreach (var bar in bars)
                _formation.Adopt(bar);
        }

        return true;
    }
}
