namespace StocksDapr.Collector.Imports;

/// <summary>Where the messages of an import go. Each call returns once the broker has the message, however long that takes.</summary>
internal interface IImportFeed
{
    /// <param name="topic">The topic.</param>
    /// <param name="partitionKey">What the order is kept by: the symbol, or the import's id.</param>
    /// <param name="message">Written as JSON.</param>
    /// <param name="cancellationToken">Ends the wait; the message may have been published.</param>
    Task PublishAsync<T>(string topic, string partitionKey, T message, CancellationToken cancellationToken);
}
