using StocksDapr.Collector.Publishing;
using StocksDapr.Contracts.Messages;

namespace StocksDapr.Collector.Imports;

/// <summary>Publishes as collection does: patiently, and counted.</summary>
internal sealed class ImportFeed(BarPublisher publisher) : IImportFeed
{
    public Task PublishAsync<T>(string topic, string partitionKey, T message, CancellationToken cancellationToken) =>
        message is RawBars batch
            ? publisher.PublishAsync(topic, batch, cancellationToken)
            : publisher.PublishAsync(topic, partitionKey, message, cancellationToken);
}
