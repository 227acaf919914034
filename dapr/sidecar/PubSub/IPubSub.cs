using StocksDapr.Sidecar.Hosting;

namespace StocksDapr.Sidecar.PubSub;

/// <summary>A message broker.</summary>
internal interface IPubSub : IComponent
{
    /// <summary>True when the broker itself drops messages whose time to live is over; otherwise the sidecar stamps and checks an expiration.</summary>
    bool HasNativeTimeToLive { get; }

    /// <summary>Publishes one message; returns when the broker has it.</summary>
    Task PublishAsync(PubSubMessage message, CancellationToken cancellationToken);

    /// <summary>Publishes messages in order, as far as the broker has an order. The result has a text for each message that failed.</summary>
    Task<IReadOnlyList<(int Index, string Error)>> PublishAllAsync(IReadOnlyList<PubSubMessage> messages, CancellationToken cancellationToken);

    /// <summary>Subscribes the application of this sidecar to a topic.</summary>
    Task<ISubscription> SubscribeAsync(SubscribeRequest request, CancellationToken cancellationToken);
}

/// <summary>A running subscription at a broker.</summary>
internal interface ISubscription : IAsyncDisposable
{
    /// <summary>Takes no new message, and returns when those under way are done or the token is cancelled.</summary>
    Task StopAsync(CancellationToken cancellationToken);
}

/// <summary>What is asked of a broker for one subscription.</summary>
/// <param name="Topic">Topic; one that ends in <c>*</c> is a prefix where the broker has that.</param>
/// <param name="Metadata">Subscription metadata.</param>
/// <param name="MaxBatch">Largest batch; 1 = single delivery.</param>
/// <param name="MaxAwait">How long a batch may wait to fill.</param>
/// <param name="Deliver">Delivers a batch.</param>
internal sealed record SubscribeRequest(
    string Topic, IReadOnlyDictionary<string, string> Metadata, int MaxBatch, TimeSpan MaxAwait, bool IsBulk, MessageDelivery Deliver);

/// <summary>
/// Delivers messages to the application. The result has an entry for each message: null = done, otherwise the failure, which the broker deals with in its own
/// way. Throws <see cref="OperationCanceledException"/> only when the token is cancelled; the messages then count as not delivered.
/// </summary>
internal delegate Task<Exception?[]> MessageDelivery(IReadOnlyList<PubSubMessage> messages, CancellationToken cancellationToken);
