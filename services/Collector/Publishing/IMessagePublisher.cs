namespace StocksDapr.Collector.Publishing;

/// <summary>Hands one message to the broker; the seam between Collector and the sidecar.</summary>
internal interface IMessagePublisher
{
    /// <param name="topic">The topic.</param>
    /// <param name="partitionKey">Messages with the same key arrive in the order in which they were taken.</param>
    /// <param name="message">Written as JSON.</param>
    /// <param name="cancellationToken">Ends the call; whether the message was taken is unknown then.</param>
    /// <exception cref="Dapr.DaprException">The sidecar or the broker did not take it.</exception>
    Task PublishAsync<T>(string topic, string partitionKey, T message, CancellationToken cancellationToken);
}
