namespace StocksDapr.Gateway.Streams;

/// <summary>
/// Follows the stream at Query for all readers of this replica, as long as there are any and a while longer. It goes on where it was whenever Query was away.
/// </summary>
internal sealed class StreamFollower(
    StreamHub hub, QueryStream query, StreamMetrics metrics, TimeProvider time, ILogger<StreamFollower> logger) : BackgroundService
{
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LastRetry = TimeSpan.FromSeconds(3);

    /// <summary>How long it goes on after the last reader has left: most come back.</summary>
    private static readonly TimeSpan Linger = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private TaskCompletionSource _joined = New();
    private TaskCompletionSource _caughtUp = New();
    private int _readers;
    private long _leftAt;

    /// <summary>Whether Query answered when it was asked last.</summary>
    public bool IsConnected { get; private set; } = true;

    /// <summary>How many read at the moment.</summary>
    public int Readers
    {
        get
        {
            lock (_gate)
                return _readers;
        }
    }

    /// <summary>Begins to follow if nobody else reads, and waits until what is known is of now.</summary>
    /// <exception cref="TimeoutException">Query does not answer. The reader is not counted.</exception>
    public async Task JoinAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        Task caughtUp;
        lock (_gate)
        {
            _readers++;
            _joined.TrySetResult();
            caughtUp = _caughtUp.Task;
        }

        try
        {
            await caughtUp.WaitAsync(patience, time, cancellationToken);
        }
        catch
        {
            Leave();
            throw;
        }
    }

    public void Leave()
    {
        lock (_gate)
        {
            _readers--;
            _leftAt = time.GetTimestamp();
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var retry = FirstRetry;
        while (!stoppingToken.IsCancellationRequested)
        {
            await WaitForReadersAsync(stoppingToken);
            try
            {
                await FollowAsync(stoppingToken);
                retry = FirstRetry;
                if (!IsConnected)
                    logger.StreamFollowedAgain();
                IsConnected = true;
            }
            catch (StreamSourceException e)
            {
                if (IsConnected)
                    logger.StreamNotFollowed(e.Message);
                IsConnected = false;
                metrics.SourceFailed();
                await Task.Delay(retry, time, stoppingToken);
                retry = retry * 2 < LastRetry ? retry * 2 : LastRetry;
            }
        }
    }

    /// <summary>One question. The first one after a pause does not wait for news, so that readers are let in at once.</summary>
    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        var wait = _caughtUp.Task.IsCompleted ? Wait : TimeSpan.Zero;
        if (hub.Position is not { } position)
        {
            hub.Begin(await query.BeginAsync(cancellationToken));
            _caughtUp.TrySetResult();
            return;
        }

        var page = await query.ReadAsync(position.Number, wait, subscription: null, cancellationToken);
        if (page.IsMissed || page.Epoch != position.Epoch)
        {
            logger.StreamBegunAnew(position.ToString());
            hub.Begin(await query.BeginAsync(cancellationToken));
        }
        else
        {
            var now = time.GetUtcNow();
            foreach (var frame in page.Frames)
                metrics.Arrived(now - frame.RecordedAt);
            hub.Publish(page);
        }

        if (page.Frames.Count < QueryStream.PageSize)
            _caughtUp.TrySetResult();
    }

    private Task WaitForReadersAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_readers > 0 || (_caughtUp.Task.IsCompleted && time.GetElapsedTime(_leftAt) < Linger))
                return Task.CompletedTask;
            if (_joined.Task.IsCompleted)
                (_joined, _caughtUp) = (New(), New());
            return _joined.Task.WaitAsync(cancellationToken);
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
