namespace StocksDapr.Sidecar.PubSub.InMemory;

/// <summary>What was published before every application of the run had been asked for its subscriptions. Used under the broker's lock.</summary>
internal sealed class KeptMessages(long maxBytes, ILogger log)
{
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Dictionary<string, Topic> _topics = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    public bool IsOpen => !_released.Task.IsCompleted;

    /// <summary>Completes when every application has been asked.</summary>
    public Task Released => _released.Task;

    /// <summary>Keeps a message. False when there is no place. Where somebody has it already, the oldest may be forgotten instead.</summary>
    public bool TryAdd(PubSubMessage message, bool mayForget)
    {
        lock (_lock)
        {
            if (!IsOpen) return true;
            if (!_topics.TryGetValue(message.Topic, out var topic)) _topics[message.Topic] = topic = new Topic();
            while (topic.Messages.Count > 0 && topic.Bytes + message.Data.Length > maxBytes)
            {
                if (!mayForget) return false;
                if (!topic.Forgets) log.KeptMessagesForgotten(message.Topic, maxBytes);
                topic.Forgets = true;
                topic.Bytes -= topic.Messages.Dequeue().Data.Length;
            }

            topic.Messages.Enqueue(message);
            topic.Bytes += message.Data.Length;
            return true;
        }
    }

    /// <summary>What is kept for a subscription, in order of publication within each topic.</summary>
    public IReadOnlyList<PubSubMessage> For(string subscribed)
    {
        lock (_lock)
        {
            return [.. _topics.Where(topic => InMemoryBroker.Matches(subscribed, topic.Key)).SelectMany(topic => topic.Value.Messages)];
        }
    }

    public void Release()
    {
        lock (_lock)
        {
            _topics.Clear();
            _released.TrySetResult();
        }
    }

    private sealed class Topic
    {
        public Queue<PubSubMessage> Messages { get; } = new();

        public long Bytes { get; set; }

        public bool Forgets { get; set; }
    }
}
