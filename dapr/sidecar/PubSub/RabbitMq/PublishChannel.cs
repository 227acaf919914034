using RabbitMQ.Client;

namespace StocksDapr.Sidecar.PubSub.RabbitMq;

/// <summary>
/// A channel to publish on. With confirms each message has a task that ends when the broker has taken it over; any number may be outstanding. The client's own
/// bookkeeping is not used because it would write a header of its own into every message. Publish from one place at a time.
/// </summary>
internal sealed class PublishChannel : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly IChannel _channel;
    private readonly bool _confirms;
    private readonly Dictionary<ulong, TaskCompletionSource> _outstanding = [];
    private ulong _oldest = 1;
    private ulong _next = 1;
    private RabbitMqException? _closed;

    private PublishChannel(IChannel channel, bool confirms)
    {
        _channel = channel;
        _confirms = confirms;
        channel.ChannelShutdownAsync += (_, reason) => Close(RabbitMqException.Closed(reason));
        if (!confirms) return;
        channel.BasicAcksAsync += (_, ack) => Settle(ack.DeliveryTag, ack.Multiple, failure: null);
        channel.BasicNacksAsync += (_, nack) => Settle(nack.DeliveryTag, nack.Multiple, RabbitMqException.NotConfirmed());
    }

    public bool IsOpen
    {
        get
        {
            lock (_lock) return _closed is null && _channel.IsOpen;
        }
    }

    /// <summary>The exchanges that are known to exist, from this side.</summary>
    public HashSet<string> Exchanges { get; } = new(StringComparer.Ordinal);

    /// <exception cref="RabbitMqException">The broker cannot be reached.</exception>
    public static async Task<PublishChannel> OpenAsync(RabbitMqConnection connection, bool confirms, CancellationToken cancellationToken) =>
        new(await connection.OpenChannelAsync(confirms, cancellationToken), confirms);

    /// <summary>Sends a message. The task in the result is its confirmation, done at once without confirms.</summary>
    /// <exception cref="RabbitMqException">The channel is closed, and stays so.</exception>
    public async ValueTask<Task> SendAsync(string exchange, string routingKey, BasicProperties properties, ReadOnlyMemory<byte> body)
    {
        var confirmation = _confirms ? Expect() : Task.CompletedTask;
        try
        {
            // Never cut off: a caller who goes away must not leave half a message on a connection that others use.
            await _channel.BasicPublishAsync(exchange, routingKey, mandatory: false, properties, body, CancellationToken.None);
            return confirmation;
        }
        catch (Exception failure)
        {
            // Whether the broker counted this one is not known, so the numbers that it confirms mean nothing any more.
            var closed = RabbitMqException.Of(failure);
            await Close(closed);
            throw closed;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Close(RabbitMqException.Closed(reason: null));
        await _channel.AbortAsync();
        await _channel.DisposeAsync();
    }

    private Task Expect()
    {
        lock (_lock)
        {
            if (_closed is not null) throw _closed;
            var confirmation = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _outstanding[_next++] = confirmation;
            return confirmation.Task;
        }
    }

    private Task Settle(ulong tag, bool multiple, RabbitMqException? failure)
    {
        lock (_lock)
        {
            for (var number = multiple ? _oldest : tag; number <= tag; number++)
            {
                if (!_outstanding.Remove(number, out var confirmation)) continue;
                if (failure is null) confirmation.SetResult();
                else Fail(confirmation, failure);
            }

            while (_oldest < _next && !_outstanding.ContainsKey(_oldest)) _oldest++;
        }

        return Task.CompletedTask;
    }

    private Task Close(RabbitMqException reason)
    {
        lock (_lock)
        {
            _closed ??= reason;
            foreach (var confirmation in _outstanding.Values) Fail(confirmation, _closed);
            _outstanding.Clear();
        }

        return Task.CompletedTask;
    }

    private static void Fail(TaskCompletionSource confirmation, RabbitMqException failure)
    {
        confirmation.SetException(failure);

        // Its publisher may have gone away.
        _ = confirmation.Task.Exception;
    }
}
