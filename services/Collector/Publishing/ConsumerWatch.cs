namespace StocksDapr.Collector.Publishing;

/// <summary>
/// Waits at the start of this process until those who consume what it publishes have subscribed. A broker such as RabbitMQ keeps for a consumer what is
/// published after its queue was made, and drops what nobody has a queue for; at the very first start on a broker that would be whatever
/// the fastest service publishes. Once they have subscribed their queues stay, whether they run or not, so nobody is asked again.
/// </summary>
/// <param name="consumers">The application ids, and a client that calls each through the sidecar.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Told when it takes long.</param>
internal sealed class ConsumerWatch(IReadOnlyDictionary<string, HttpClient> consumers, TimeProvider time, ILogger<ConsumerWatch> logger) : BackgroundService
{
    private static readonly Uri Path = new("/readyz/subscriptions", UriKind.Relative);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>How long services may take to start before that is worth a warning; the next one comes after twice as long.</summary>
    private static readonly TimeSpan StartOfServices = TimeSpan.FromSeconds(15);

    private readonly TaskCompletionSource _subscribed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Returns when all have subscribed, at once after the first time.</summary>
    public Task WaitAsync(CancellationToken cancellationToken) => _subscribed.Task.WaitAsync(cancellationToken);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.WhenAll(consumers.Select(consumer => WaitForAsync(consumer.Key, consumer.Value, stoppingToken)));
        logger.ConsumersSubscribed();
        _subscribed.SetResult();
    }

    private async Task WaitForAsync(string name, HttpClient consumer, CancellationToken cancellationToken)
    {
        var (started, warnAfter, pause) = (time.GetTimestamp(), StartOfServices, FirstPause);
        while (await ProblemAsync(consumer, cancellationToken) is { } problem)
        {
            if (time.GetElapsedTime(started) >= warnAfter)
            {
                logger.ConsumerMissing(name, problem);
                warnAfter *= 2;
            }

            await Task.Delay(pause, time, cancellationToken);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    /// <summary>Null when it has subscribed.</summary>
    private static async Task<string?> ProblemAsync(HttpClient consumer, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            using var answer = await consumer.GetAsync(Path, patience.Token);
            return answer.IsSuccessStatusCode ? null : $"it answers {(int)answer.StatusCode}";
        }
        catch (HttpRequestException e)
        {
            return e.Message;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return "it does not answer in time";
        }
    }
}
