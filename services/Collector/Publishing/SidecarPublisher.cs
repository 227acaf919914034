using StocksDapr.ServiceDefaults.Messaging;

namespace StocksDapr.Collector.Publishing;

/// <summary>Publishes through the sidecar, one call a message, as soon as there is somebody to publish to.</summary>
internal sealed class SidecarPublisher(SymbolPublisher publisher, ConsumerWatch consumers) : IMessagePublisher
{
    public async Task PublishAsync<T>(string topic, string partitionKey, T message, CancellationToken cancellationToken)
    {
        await consumers.WaitAsync(cancellationToken);
        await publisher.PublishAsync(topic, message, partitionKey, cancellationToken);
    }
}
