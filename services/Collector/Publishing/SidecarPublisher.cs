using StocksDapr.ServiceDefaults.Messaging;

namespace StocksDapr.Collector.Publishing;

/// <summary>Publishes through the sidecar, one call a message.</summary>
internal sealed class SidecarPublisher(SymbolPublisher publisher) : IMessagePublisher
{
    public Task PublishAsync<T>(string topic, string partitionKey, T message, CancellationToken cancellationToken) =>
        publisher.PublishAsync(topic, message, partitionKey, cancellationToken);
}
