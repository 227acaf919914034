namespace StocksDapr.Sidecar.PubSub.RabbitMq;

/// <summary>
/// A subscription: keeps a consumer on its queue for as long as it runs, through lost connections and deleted queues, and hands what arrives to the application
/// by a <see cref="RabbitMqPump"/>. A message is acknowledged after the application has answered; what is not goes back to the queue.
/// </summary>
internal sealed class RabbitMqSubscription : ISubscription
{
    /// <summary>How long the start of a sidecar waits for one subscription.</summary>
    private static readonly TimeSpan FirstWait = TimeSpan.FromMinutes(1);

    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _consuming = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly RabbitMqQueue _queue;
    private readonly RabbitMqTopology _topology;
    private readonly RabbitMqConnection _connection;
    private readonly RabbitMqPubSubSettings _settings;
    private readonly RabbitMqProperties _properties;
    private readonly RabbitMqPump _pump;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Lock _lock = new();
    private Task _running = Task.CompletedTask;
    private Task? _stopped;
    private RabbitMqConsumer? _consumer;

    public RabbitMqSubscription(
        SubscribeRequest request, RabbitMqQueue queue, RabbitMqTopology topology, RabbitMqConnection connection, RabbitMqPubSubSettings settings, TimeProvider time, ILogger log)
    {
        _queue = queue;
        _topology = topology;
        _connection = connection;
        _settings = settings;
        _properties = new RabbitMqProperties(settings, log);
        _pump = new RabbitMqPump(request, settings, time, log);
        _time = time;
        _log = log;
    }

    /// <summary>Returns when the queue is being consumed.</summary>
    /// <exception cref="TimeoutException">It could not be within a minute.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _running = RunAsync();
        try
        {
            await _consuming.Task.WaitAsync(FirstWait, _time, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"failed to subscribe to {_queue.Name}");
        }
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        lock (_lock) return _stopped ??= StopOnceAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(new CancellationToken(canceled: true));
        _stopping.Dispose();
    }

    // The consumer's channel stays open until everything under way is acknowledged; closing it gives back the rest.
    private async Task StopOnceAsync(CancellationToken cancellationToken)
    {
        _pump.Close();
        await _stopping.CancelAsync();
        await _running;
        if (_consumer is not null) await _consumer.CancelAsync(cancellationToken);
        await _pump.DrainAsync(cancellationToken);
        if (_consumer is not null) await _consumer.DisposeAsync();
        await _pump.DisposeAsync();
    }

    private async Task RunAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            var wait = _settings.ReconnectWait;
            try
            {
                _consumer = await RabbitMqConsumer.StartAsync(_connection, _queue, _topology, _settings, _properties, _pump.Add, _log, _stopping.Token);
                _log.Consuming(_queue.Name, _queue.Topic);
                _consuming.TrySetResult();
                var reason = await _consumer.Ended.WaitAsync(_stopping.Token);

                // Only the queue was deleted: it is made anew at once.
                if (_consumer.Channel.IsOpen) wait = TimeSpan.Zero;
                await _consumer.DisposeAsync();
                _consumer = null;
                _log.ConsumerLost(_queue.Name, wait, reason);
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                // Tried for ever: the broker may be away, or an old queue with other arguments in the way until somebody removes it.
                _log.ConsumerLost(_queue.Name, wait, failure.Message);
            }

            await Task.Delay(wait, _time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
