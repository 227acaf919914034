namespace StocksDapr.Sidecar.PubSub.RabbitMq;

/// <summary>
/// Publishes on one channel, in the order of the calls, and waits for confirmations outside of that line. What fails is tried three times as daprd does:
/// after the reconnect wait when the way to the broker is lost, after two seconds otherwise.
/// </summary>
internal sealed class RabbitMqPublisher(RabbitMqPubSubSettings settings, TimeProvider time, ILogger log) : IAsyncDisposable
{
    private const int Attempts = 3;
    private static readonly TimeSpan RetryWait = TimeSpan.FromSeconds(2);

    private readonly RabbitMqConnection _connection = new(settings, log);
    private readonly RabbitMqTopology _topology = new(settings);
    private readonly RabbitMqProperties _properties = new(settings, log);
    private readonly SemaphoreSlim _line = new(1, 1);
    private PublishChannel? _channel;

    /// <summary>Connects, so that a wrong address shows at the start.</summary>
    public async Task ConnectAsync(CancellationToken cancellationToken)
    {
        await _line.WaitAsync(cancellationToken);
        try
        {
            await OpenAsync(cancellationToken);
        }
        finally
        {
            _line.Release();
        }
    }

    /// <summary>Publishes messages in order. The result has a failure for each that did not arrive, by its index.</summary>
    public async Task<IReadOnlyDictionary<int, RabbitMqException>> PublishAsync(IReadOnlyList<PubSubMessage> messages, CancellationToken cancellationToken)
    {
        int[] open = [.. Enumerable.Range(0, messages.Count)];
        for (var attempt = 1; ; attempt++)
        {
            var failed = await TryAsync(messages, open, cancellationToken);
            if (failed.Count == 0 || attempt == Attempts) return failed;
            var first = failed.First();
            var wait = first.Value.IsConnection ? settings.ReconnectWait : RetryWait;
            log.PublishRepeated(messages[first.Key].Topic, attempt, Attempts, wait, first.Value.Message);
            await Task.Delay(wait, time, cancellationToken);
            open = [.. failed.Keys.Order()];
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        if (_channel is not null) await _channel.DisposeAsync();
        _line.Dispose();
    }

    private async Task<Dictionary<int, RabbitMqException>> TryAsync(IReadOnlyList<PubSubMessage> messages, int[] open, CancellationToken cancellationToken)
    {
        var failed = new Dictionary<int, RabbitMqException>();
        var sent = new List<(int Index, Task Confirmation)>(open.Length);
        await _line.WaitAsync(cancellationToken);
        try
        {
            foreach (var index in open)
            {
                try
                {
                    sent.Add((index, await SendAsync(messages[index], cancellationToken)));
                }
                catch (RabbitMqException failure)
                {
                    failed[index] = failure;

                    // One topic may be refused and the next one not; but a broker that is away is away for all.
                    if (!failure.IsConnection) continue;
                    foreach (var rest in open.SkipWhile(other => other != index)) failed[rest] = failure;
                    break;
                }
            }
        }
        finally
        {
            _line.Release();
        }

        foreach (var (index, confirmation) in sent)
        {
            try
            {
                await confirmation.WaitAsync(cancellationToken);
            }
            catch (RabbitMqException failure)
            {
                failed[index] = failure;
            }
        }

        return failed;
    }

    private async Task<Task> SendAsync(PubSubMessage message, CancellationToken cancellationToken)
    {
        // Before anything is on its way: the client finds out in the middle of a frame, and then the channel is of no use.
        var (key, properties) = (RabbitMqProperties.RoutingKey(message), _properties.Write(message));
        var channel = await OpenAsync(cancellationToken);
        if (!channel.Exchanges.Contains(message.Topic))
        {
            await DeclareAsync(message.Topic, cancellationToken);
            channel.Exchanges.Add(message.Topic);
        }

        return await channel.SendAsync(message.Topic, key, properties, message.Data);
    }

    private async Task<PublishChannel> OpenAsync(CancellationToken cancellationToken)
    {
        if (_channel is { IsOpen: true }) return _channel;
        if (_channel is not null) await _channel.DisposeAsync();
        _channel = null;
        return _channel = await PublishChannel.OpenAsync(_connection, settings.PublisherConfirm, cancellationToken);
    }

    // On a channel of its own, because the broker closes the channel of a declaration that it refuses: with it the confirmations of all others would be lost.
    private async Task DeclareAsync(string topic, CancellationToken cancellationToken)
    {
        await using var channel = await _connection.OpenChannelAsync(confirms: false, cancellationToken);
        try
        {
            await _topology.DeclareExchangeAsync(channel, topic, cancellationToken);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            throw RabbitMqException.Of(failure);
        }
    }
}
