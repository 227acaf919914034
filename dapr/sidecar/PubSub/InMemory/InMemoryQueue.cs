namespace StocksDapr.Sidecar.PubSub.InMemory;

/// <summary>
/// The queue of one subscription. Messages with the same key form a line: of one line only one batch is under way, so they neither overlap nor overtake.
/// With maxInFlight 1 there is a single line.
/// </summary>
internal sealed class InMemoryQueue : ISubscription
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Line> _lines = new(StringComparer.Ordinal);
    private readonly Queue<Line> _ready = new();
    private readonly QueueSpace _space;
    private readonly BrokerSettings _settings;
    private readonly ILogger _log;
    private readonly TimeProvider _time;
    private readonly Action<InMemoryQueue> _remove;
    private readonly ITimer _fillTimer;
    private SubscribeRequest _request;
    private CancellationTokenSource _cancel = new();
    private TaskCompletionSource? _drained;
    private int _inFlight;
    private int _waiting;
    private bool _stopped = true;
    private bool _timerSet;

    /// <summary>Its subscription has stopped, and nothing is kept for it.</summary>
    private bool _ended;

    public InMemoryQueue(
        string consumer, SubscribeRequest request, BrokerSettings settings, TimeProvider time, ILogger log, Action<InMemoryQueue> remove)
    {
        ArgumentNullException.ThrowIfNull(request);
        Consumer = consumer;
        Topic = request.Topic;
        _request = request;
        _settings = settings;
        _log = log;
        _time = time;
        _remove = remove;
        _space = new QueueSpace(settings.MaxQueueBytes);
        _fillTimer = time.CreateTimer(static queue => ((InMemoryQueue)queue!).FillTimeIsOver(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public string Consumer { get; }

    public string Topic { get; }

    /// <summary>Takes place if there is some at once.</summary>
    public bool TryReserve(int bytes) => _space.TryReserve(bytes);

    /// <summary>Waits for place; given back by <see cref="Release"/> or when the message is settled.</summary>
    public Task ReserveAsync(int bytes, CancellationToken cancellationToken) => _space.ReserveAsync(bytes, cancellationToken);

    public void Release(int bytes) => _space.Release(bytes);

    /// <summary>
    /// Adds a message whose place is reserved. With maxInFlight 1 the task ends when the message's turn has come: as in daprd, a publisher waits while
    /// the delivery before is under way.
    /// </summary>
    public Task Add(PubSubMessage message)
    {
        var turn = _settings.MaxInFlight == 1 ? new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously) : null;
        lock (_lock)
        {
            if (_ended)
            {
                // The publisher had found the queue just before its end.
                _space.Release(message.Data.Length);
                return Task.CompletedTask;
            }

            Enqueue(message, turn);
        }

        Pump(timeIsOver: false);
        return turn?.Task ?? Task.CompletedTask;
    }

    /// <summary>Adds a message whatever the limit says.</summary>
    public void AddKept(PubSubMessage message)
    {
        _space.Take(message.Data.Length);
        lock (_lock) Enqueue(message, turn: null);
        Pump(timeIsOver: false);
    }

    public void Start()
    {
        lock (_lock) _stopped = false;
        Pump(timeIsOver: false);
    }

    /// <summary>Goes on after a stop, with a new way to deliver.</summary>
    public void Resume(SubscribeRequest request)
    {
        lock (_lock)
        {
            _request = request;
            if (_cancel.IsCancellationRequested)
            {
                _cancel.Dispose();
                _cancel = new CancellationTokenSource();
            }
        }

        Start();
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        Task drained;
        CancellationTokenSource cancel;
        lock (_lock)
        {
            _stopped = true;
            drained = _inFlight == 0 ? Task.CompletedTask : (_drained ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            cancel = _cancel;
            if (!_settings.KeepsWhilePaused) End();
        }

        if (!_settings.KeepsWhilePaused) _remove(this);
        await using (cancellationToken.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), cancel))
            await drained;
    }

    public async ValueTask DisposeAsync()
    {
        _remove(this);
        await StopAsync(new CancellationToken(canceled: true));
        await _fillTimer.DisposeAsync();
        _space.Close();
        lock (_lock)
        {
            foreach (var (_, turn) in _lines.Values.SelectMany(line => line.Messages)) turn?.TrySetResult();
        }

        _cancel.Dispose();
    }

    // What waits is lost, as with daprd; whoever published it must not wait for a turn that never comes.
    private void End()
    {
        _ended = true;
        foreach (var line in _lines.Values)
        {
            foreach (var (message, turn) in line.Messages)
            {
                _space.Release(message.Data.Length);
                turn?.TrySetResult();
            }

            line.Messages.Clear();
        }

        _waiting = 0;
    }

    private void FillTimeIsOver()
    {
        lock (_lock) _timerSet = false;
        Pump(timeIsOver: true);
    }

    private void Pump(bool timeIsOver)
    {
        while (true)
        {
            List<(Line Line, PubSubMessage Message)>? batch;
            SubscribeRequest request;
            CancellationToken cancellation;
            lock (_lock)
            {
                batch = Take(timeIsOver);
                if (batch is null) return;
                _inFlight += batch.Count;
                request = _request;
                cancellation = _cancel.Token;
            }

            // Never on the publisher's time. The delivery owns its failures; a stop waits for it by way of what is in flight.
            _ = Task.Run(() => DeliverAsync(batch, request, cancellation), CancellationToken.None);
        }
    }

    private List<(Line Line, PubSubMessage Message)>? Take(bool timeIsOver)
    {
        var free = _settings.MaxInFlight - _inFlight;
        if (_stopped || _ready.Count == 0 || free <= 0) return null;
        var most = Math.Min(_request.MaxBatch, free);
        if (!timeIsOver && _inFlight > 0 && _request.IsBulk && _waiting < most)
        {
            if (_timerSet) return null;
            _timerSet = true;
            _fillTimer.Change(_request.MaxAwait, Timeout.InfiniteTimeSpan);
            return null;
        }

        var batch = new List<(Line, PubSubMessage)>(Math.Min(most, _waiting));
        while (batch.Count < most && _ready.TryDequeue(out var line))
        {
            line.IsUnderWay = true;
            while (batch.Count < most && line.Messages.First is { } first)
            {
                line.Messages.RemoveFirst();
                first.Value.Turn?.TrySetResult();
                batch.Add((line, first.Value.Message));
            }
        }

        _waiting -= batch.Count;
        return batch;
    }

    private async Task DeliverAsync(List<(Line Line, PubSubMessage Message)> batch, SubscribeRequest request, CancellationToken cancellationToken)
    {
        var messages = new PubSubMessage[batch.Count];
        for (var i = 0; i < messages.Length; i++) messages[i] = batch[i].Message;
        var putBack = false;
        try
        {
            // daprd hands over one message and waits for the answer, so that a batch never gets a second one but takes its whole time to fill.
            if (request is { IsBulk: true, MaxBatch: > 1 } && _settings.MaxInFlight == 1) await Task.Delay(request.MaxAwait, _time, cancellationToken);
            var failures = await request.Deliver(messages, cancellationToken);
            foreach (var failure in failures)
            {
                if (failure is not null) _log.DeliveryFailed(failure, Topic, Consumer);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            putBack = _settings.KeepsWhilePaused;
            if (!putBack) _log.DeliveryCutOff(messages.Length, Topic, Consumer);
        }
        catch (Exception failure)
        {
            _log.DeliveryFailed(failure, Topic, Consumer);
        }
        finally
        {
            Settle(batch, putBack);
            Pump(timeIsOver: false);
        }
    }

    private void Settle(List<(Line Line, PubSubMessage Message)> batch, bool putBack)
    {
        var bytes = 0;
        lock (_lock)
        {
            for (var i = batch.Count - 1; i >= 0; i--)
            {
                var (line, message) = batch[i];
                if (putBack)
                {
                    line.Messages.AddFirst((message, null));
                    _waiting++;
                }
                else
                {
                    bytes += message.Data.Length;
                }
            }

            _inFlight -= batch.Count;
            foreach (var (line, _) in batch)
            {
                if (!line.IsUnderWay) continue;
                line.IsUnderWay = false;
                if (line.Messages.Count > 0) _ready.Enqueue(line);
                else if (line.Key is not null) _lines.Remove(line.Key);
            }

            if (_inFlight == 0)
            {
                _drained?.TrySetResult();
                _drained = null;
            }
        }

        _space.Release(bytes);
    }

    private void Enqueue(PubSubMessage message, TaskCompletionSource? turn)
    {
        var key = _settings.MaxInFlight == 1 ? "" : message.PartitionKey;
        Line? line = null;
        if (key is not null && !_lines.TryGetValue(key, out line)) _lines[key] = line = new Line(key);
        line ??= new Line(null);
        if (line.Messages.Count == 0 && !line.IsUnderWay) _ready.Enqueue(line);
        line.Messages.AddLast((message, turn));
        _waiting++;
    }

    /// <summary>Messages of one key, in order.</summary>
    private sealed class Line(string? key)
    {
        public string? Key { get; } = key;

        public LinkedList<(PubSubMessage Message, TaskCompletionSource? Turn)> Messages { get; } = new();

        public bool IsUnderWay { get; set; }
    }
}
