using StocksDapr.Sidecar.Hosting;

namespace StocksDapr.Sidecar.PubSub.InMemory;

/// <summary>One in-memory bus: topics, the queues of their subscriptions, and what is kept for applications that have not been asked yet.</summary>
internal sealed class InMemoryBroker
{
    private static readonly TimeSpan PublishWait = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private readonly BrokerSettings _settings;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly KeptMessages? _kept;
    private volatile Dictionary<string, InMemoryQueue[]> _topics = new(StringComparer.Ordinal);
    private volatile InMemoryQueue[] _wildcards = [];

    public InMemoryBroker(string name, BrokerSettings settings, SidecarMesh mesh, ILoggerFactory loggers, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(mesh);
        _settings = settings;
        _time = time;
        _log = loggers.CreateLogger($"{typeof(InMemoryBroker).FullName}[{name}]");
        if (mesh.AllAppsAsked) return;
        _kept = new KeptMessages(settings.MaxQueueBytes, _log);
        mesh.EveryAppAsked += _kept.Release;
        if (mesh.AllAppsAsked) _kept.Release();
    }

    /// <summary>Puts a message into every queue of its topic. Waits while one of them is full.</summary>
    /// <exception cref="QueueFullException">A queue stayed full.</exception>
    public Task PublishAsync(PubSubMessage message, CancellationToken cancellationToken)
    {
        var queues = Publish(message, cancellationToken, out var wait);
        return wait ?? PublishAsync(message, queues, cancellationToken);
    }

    /// <summary>Subscribes; the same consumer on the same topic takes up its queue again.</summary>
    public ISubscription Subscribe(string consumer, SubscribeRequest request)
    {
        lock (_lock)
        {
            var existing = All().FirstOrDefault(queue => queue.Consumer == consumer && queue.Topic == request.Topic);
            if (existing is not null)
            {
                existing.Resume(request);
                return existing;
            }

            var created = new InMemoryQueue(consumer, request, _settings, _time, _log, Remove);
            foreach (var message in _kept?.For(request.Topic) ?? []) created.AddKept(message);
            Add(created);
            created.Start();
            return created;
        }
    }

    internal static bool Matches(string subscribed, string topic) => subscribed.EndsWith('*')
        ? topic.Length >= subscribed.Length && topic.AsSpan().StartsWith(subscribed.AsSpan(0, subscribed.Length - 1), StringComparison.Ordinal)
        : string.Equals(subscribed, topic, StringComparison.Ordinal);

    // The lock is only needed while messages are kept: a subscription that comes then must see each message exactly once.
    private InMemoryQueue[] Publish(PubSubMessage message, CancellationToken cancellationToken, out Task? wait)
    {
        wait = null;
        if (_kept is not { IsOpen: true }) return QueuesOf(message.Topic);
        lock (_lock)
        {
            var queues = QueuesOf(message.Topic);
            if (_kept.TryAdd(message, mayForget: queues.Length > 0))
            {
                // Without waiting here: the queues' limits count again as soon as every application has been asked.
                foreach (var queue in queues) queue.AddKept(message);
                wait = Task.CompletedTask;
                return queues;
            }
        }

        wait = WaitForSubscribersAsync(message, cancellationToken);
        return [];
    }

    private async Task WaitForSubscribersAsync(PubSubMessage message, CancellationToken cancellationToken)
    {
        try
        {
            await _kept!.Released.WaitAsync(PublishWait, _time, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw new QueueFullException(message.Topic, PublishWait);
        }

        await PublishAsync(message, cancellationToken);
    }

    private Task PublishAsync(PubSubMessage message, InMemoryQueue[] queues, CancellationToken cancellationToken)
    {
        var reserved = 0;
        while (reserved < queues.Length && queues[reserved].TryReserve(message.Data.Length)) reserved++;
        if (reserved < queues.Length) return WaitForSpaceAsync(message, queues, reserved, cancellationToken);
        return AddAsync(message, queues, cancellationToken);
    }

    private async Task WaitForSpaceAsync(PubSubMessage message, InMemoryQueue[] queues, int reserved, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(PublishWait, _time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            for (; reserved < queues.Length; reserved++) await queues[reserved].ReserveAsync(message.Data.Length, limit.Token);
        }
        catch (OperationCanceledException)
        {
            foreach (var queue in queues.Take(reserved)) queue.Release(message.Data.Length);
            cancellationToken.ThrowIfCancellationRequested();
            throw new QueueFullException(message.Topic, PublishWait);
        }

        await AddAsync(message, queues, cancellationToken);
    }

    // A caller that goes away does not take back what it has published.
    private static Task AddAsync(PubSubMessage message, InMemoryQueue[] queues, CancellationToken cancellationToken) => queues.Length switch
    {
        0 => Task.CompletedTask,
        1 when queues[0].Add(message) is var turn => turn.IsCompleted ? turn : turn.WaitAsync(cancellationToken),
        _ => Task.WhenAll(queues.Select(queue => queue.Add(message))).WaitAsync(cancellationToken),
    };

    private InMemoryQueue[] QueuesOf(string topic)
    {
        var exact = _topics.GetValueOrDefault(topic) ?? [];
        if (_wildcards.Length == 0) return exact;
        var matching = _wildcards.Where(queue => Matches(queue.Topic, topic)).ToArray();
        return matching.Length == 0 ? exact : [.. exact, .. matching];
    }

    private IEnumerable<InMemoryQueue> All() => _topics.Values.SelectMany(queues => queues).Concat(_wildcards);

    private void Add(InMemoryQueue queue)
    {
        if (queue.Topic.EndsWith('*')) _wildcards = [.. _wildcards, queue];
        else _topics = new Dictionary<string, InMemoryQueue[]>(_topics, StringComparer.Ordinal) { [queue.Topic] = [.. _topics.GetValueOrDefault(queue.Topic) ?? [], queue] };
    }

    private void Remove(InMemoryQueue queue)
    {
        lock (_lock)
        {
            _wildcards = [.. _wildcards.Where(other => other != queue)];
            if (!_topics.TryGetValue(queue.Topic, out var queues)) return;
            _topics = new Dictionary<string, InMemoryQueue[]>(_topics, StringComparer.Ordinal) { [queue.Topic] = [.. queues.Where(other => other != queue)] };
        }
    }
}
