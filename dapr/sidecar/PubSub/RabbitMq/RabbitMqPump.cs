using System.Threading.Channels;

namespace StocksDapr.Sidecar.PubSub.RabbitMq;

/// <summary>
/// Takes a subscription's messages to the application, in the order of the queue, and settles them with the broker by the answer. As in daprd: all at once,
/// one after the other (<c>concurrencyMode: single</c>), or in bulk, where one batch is under way at a time and a batch is full, or its first message has
/// waited as long as the subscription says. Outlives the consumers of its subscription, so that what a lost one had delivered does not overlap with what the
/// next one gets again.
/// </summary>
internal sealed class RabbitMqPump : IAsyncDisposable
{
    /// <summary>Messages of one subscription at the application at once, where daprd sets no limit but the prefetch.</summary>
    private const int MostAtOnce = 256;

    // Not bounded here: the broker sends no more than the prefetch allows, and the client would only keep elsewhere what finds no room.
    private readonly Channel<RabbitMqDelivery> _waiting = Channel.CreateUnbounded<RabbitMqDelivery>(new UnboundedChannelOptions { SingleReader = true });
    private readonly CancellationTokenSource _closing = new();
    private readonly CancellationTokenSource _cut = new();
    private readonly SemaphoreSlim _slots = new(MostAtOnce, MostAtOnce);
    private readonly SubscribeRequest _request;
    private readonly RabbitMqPubSubSettings _settings;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly Task _loop;

    public RabbitMqPump(SubscribeRequest request, RabbitMqPubSubSettings settings, TimeProvider time, ILogger log)
    {
        _request = request;
        _settings = settings;
        _time = time;
        _log = log;
        _loop = Task.Run(RunAsync);
    }

    public void Add(RabbitMqDelivery delivery) => _waiting.Writer.TryWrite(delivery);

    /// <summary>Begins nothing new; what waits stays unacknowledged.</summary>
    public void Close() => _closing.Cancel();

    /// <summary>Returns when what is under way is done; what is not by the time that the token is cancelled is cut off, and stays unacknowledged.</summary>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        Close();
        await using (cancellationToken.UnsafeRegister(static cut => ((CancellationTokenSource)cut!).Cancel(), _cut))
        {
            await _loop;
            for (var slot = 0; slot < MostAtOnce; slot++) await _slots.WaitAsync(CancellationToken.None);
            _slots.Release(MostAtOnce);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await DrainAsync(new CancellationToken(canceled: true));
        _closing.Dispose();
        _cut.Dispose();
        _slots.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            while (await _waiting.Reader.WaitToReadAsync(_closing.Token))
            {
                while (!_closing.IsCancellationRequested && _waiting.Reader.TryRead(out var delivery)) await NextAsync(delivery);
            }
        }
        catch (OperationCanceledException) when (_closing.IsCancellationRequested)
        {
            // The subscription stops.
        }
    }

    private async Task NextAsync(RabbitMqDelivery delivery)
    {
        if (_request.IsBulk) await DeliverAsync(await FillAsync(delivery));
        else if (_settings.IsSingle) await DeliverAsync([delivery]);
        else
        {
            await _slots.WaitAsync(_closing.Token);

            // Owned by its slot, which a drain waits for; its failures are its own.
            _ = DeliverInSlotAsync(delivery);
        }
    }

    private async Task DeliverInSlotAsync(RabbitMqDelivery delivery)
    {
        await Task.Yield();
        try
        {
            await DeliverAsync([delivery]);
        }
        finally
        {
            _slots.Release();
        }
    }

    private async Task<List<RabbitMqDelivery>> FillAsync(RabbitMqDelivery first)
    {
        var batch = new List<RabbitMqDelivery> { first };
        if (_request.MaxBatch == 1) return batch;

        // One message at a time: none joins the first, which yet waits its whole time, as in daprd.
        if (_settings.IsSingle)
        {
            await Task.Delay(_request.MaxAwait, _time, _closing.Token);
            return batch;
        }

        using var over = new CancellationTokenSource(_request.MaxAwait, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(over.Token, _closing.Token);
        try
        {
            while (batch.Count < _request.MaxBatch && await _waiting.Reader.WaitToReadAsync(either.Token))
            {
                while (batch.Count < _request.MaxBatch && _waiting.Reader.TryRead(out var next)) batch.Add(next);
            }
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested && !_closing.IsCancellationRequested)
        {
            // Its time is over.
        }

        return batch;
    }

    private async Task DeliverAsync(List<RabbitMqDelivery> batch)
    {
        batch.RemoveAll(delivery => delivery.IsStale);
        if (batch.Count == 0) return;
        Exception?[] failures;
        try
        {
            failures = await _request.Deliver(batch.ConvertAll(delivery => delivery.Message), _cut.Token);
        }
        catch (OperationCanceledException) when (_cut.IsCancellationRequested)
        {
            return;
        }
        catch (Exception failure)
        {
            _log.DeliveryBroke(failure, _request.Topic);
            failures = [.. Enumerable.Repeat(failure, batch.Count)];
        }

        for (var i = 0; i < failures.Length; i++) await SettleAsync(batch[i], failures[i]);
    }

    private Task SettleAsync(RabbitMqDelivery delivery, Exception? failure)
    {
        if (failure is null) return delivery.AcknowledgeAsync(_log);
        _log.MessageFailed(_request.Topic, Fate, failure.Message);
        return delivery.RefuseAsync(_settings.RequeueInFailure, _log);
    }

    private string Fate => this switch
    {
        { _settings.AutoAck: true } => "lost",
        { _settings.RequeueInFailure: true } => "put back into the queue",
        { _settings.EnableDeadLetter: true } => "put into the dead-letter queue",
        _ => "discarded",
    };
}
