using StocksDapr.Sidecar.Hosting;

namespace StocksDapr.Sidecar.PubSub.RabbitMq;

/// <summary>
/// <c>pubsub.rabbitmq</c> v1: topics are exchanges, each consumer id has a queue for each topic it subscribes to. Names, flags and acknowledgements are those of
/// daprd 1.18, so that both kinds of sidecar may share a broker and compete for the messages of one queue. See README.md of this folder for what is different.
/// </summary>
internal sealed class RabbitMqPubSub : IPubSub
{
    private readonly RabbitMqPubSubSettings _settings;
    private readonly RabbitMqPublisher _publisher;
    private readonly RabbitMqConnection _consumers;
    private readonly RabbitMqTopology _topology;
    private readonly TimeProvider _time;
    private readonly ILogger _log;

    private RabbitMqPubSub(RabbitMqPubSubSettings settings, TimeProvider time, ILogger log)
    {
        _settings = settings;
        _time = time;
        _log = log;
        _topology = new RabbitMqTopology(settings);
        _publisher = new RabbitMqPublisher(settings, time, log);

        // A connection of their own: when the broker holds publishers back (memory, disk), consumers go on and make room.
        _consumers = new RabbitMqConnection(settings, log);
    }

    public IReadOnlyList<string> Capabilities { get; } = ["MESSAGE_TTL"];

    public bool HasNativeTimeToLive => true;

    public static RabbitMqPubSub Create(ComponentSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return new RabbitMqPubSub(
            RabbitMqPubSubSettings.Read(spec), spec.Context.Time, spec.Context.Loggers.CreateLogger($"{typeof(RabbitMqPubSub).FullName}[{spec.Context.AppId}/{spec.Name}]"));
    }

    public Task InitAsync(CancellationToken cancellationToken) => _publisher.ConnectAsync(cancellationToken);

    public async Task PublishAsync(PubSubMessage message, CancellationToken cancellationToken)
    {
        var failed = await _publisher.PublishAsync([message], cancellationToken);
        if (failed.Count > 0) throw failed[0];
    }

    public async Task<IReadOnlyList<(int Index, string Error)>> PublishAllAsync(IReadOnlyList<PubSubMessage> messages, CancellationToken cancellationToken)
    {
        var failed = await _publisher.PublishAsync(messages, cancellationToken);
        return [.. failed.OrderBy(failure => failure.Key).Select(failure => (failure.Key, failure.Value.Message))];
    }

    public async Task<ISubscription> SubscribeAsync(SubscribeRequest request, CancellationToken cancellationToken)
    {
        var subscription = new RabbitMqSubscription(request, _topology.QueueOf(request.Topic, request.Metadata), _topology, _consumers, _settings, _time, _log);
        try
        {
            await subscription.StartAsync(cancellationToken);
            return subscription;
        }
        catch
        {
            await subscription.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _consumers.DisposeAsync();
        await _publisher.DisposeAsync();
    }
}
