using System.Globalization;
using StocksDapr.Sidecar.Hosting;

namespace StocksDapr.Sidecar.PubSub.InMemory;

/// <summary>
/// <c>pubsub.in-memory</c>. As in daprd a subscription gets one message after the other, nothing is redelivered and nothing survives the process; unlike
/// there the broker is shared by all applications of the run. See README.md of this folder for what the opt-in properties add.
/// </summary>
internal sealed class InMemoryPubSub : IPubSub
{
    private readonly ComponentSpec _spec;
    private readonly InMemoryBroker _broker;

    public InMemoryPubSub(ComponentSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        _spec = spec;
        var mesh = spec.Context.Mesh;
        _broker = mesh.Shared(spec.Name, () => new InMemoryBroker(spec.Name, BrokerSettings.Read(spec), mesh, spec.Context.Loggers, spec.Context.Time));
    }

    public IReadOnlyList<string> Capabilities { get; } = ["SUBSCRIBE_WILDCARDS"];

    public bool HasNativeTimeToLive => false;

    public Task InitAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task PublishAsync(PubSubMessage message, CancellationToken cancellationToken) => _broker.PublishAsync(message, cancellationToken);

    public async Task<IReadOnlyList<(int Index, string Error)>> PublishAllAsync(IReadOnlyList<PubSubMessage> messages, CancellationToken cancellationToken)
    {
        var failed = new List<(int, string)>();
        for (var i = 0; i < messages.Count; i++)
        {
            try
            {
                await _broker.PublishAsync(messages[i], cancellationToken);
            }
            catch (QueueFullException full)
            {
                // The queue is full for all that follow; waiting again for each of them would take longer than any caller waits.
                for (; i < messages.Count; i++) failed.Add((i, full.Message));
            }
        }

        return failed;
    }

    public Task<ISubscription> SubscribeAsync(SubscribeRequest request, CancellationToken cancellationToken)
    {
        var consumer = _spec.Get("consumerID") is { Length: > 0 } id ? id : _spec.Context.AppId;
        return Task.FromResult(_broker.Subscribe(consumer, request));
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>The properties of the in-memory broker that are ours.</summary>
/// <param name="MaxInFlight">Messages of one subscription under way at once; 1 = one after the other, as daprd.</param>
/// <param name="MaxQueueBytes">Bytes that may wait in one subscription's queue.</param>
internal sealed record BrokerSettings(int MaxInFlight, long MaxQueueBytes)
{
    private const long DefaultQueueBytes = 64 * 1024 * 1024;

    /// <summary>Whether messages outlive a pause of their subscription (health checks, restart of the application's sidecar parts).</summary>
    public bool KeepsWhilePaused => MaxInFlight > 1;

    public static BrokerSettings Read(ComponentSpec spec) => new(
        (int)Number(spec, "maxInFlight", 1, int.MaxValue),
        Number(spec, "maxQueueBytes", DefaultQueueBytes, long.MaxValue));

    private static long Number(ComponentSpec spec, string name, long otherwise, long max)
    {
        var text = spec.Get(name);
        if (string.IsNullOrWhiteSpace(text)) return otherwise;
        var (digits, factor) = text.Trim() switch
        {
            [.. var head, 'K', 'i'] => (head, 1L << 10),
            [.. var head, 'M', 'i'] => (head, 1L << 20),
            [.. var head, 'G', 'i'] => (head, 1L << 30),
            var plain => (plain, 1L),
        };
        return long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value > 0 && value <= max / factor
            ? value * factor
            : throw new ArgumentException($"{name}: '{text}' is not a positive number, for example {otherwise}");
    }
}

/// <summary>A message found no place in a queue within the time that a publisher waits.</summary>
internal sealed class QueueFullException(string topic, TimeSpan waited)
    : IOException($"the queue of topic {topic} is full and did not empty within {waited.TotalSeconds:0} s");
