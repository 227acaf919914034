namespace Dapr.Client;

public abstract partial class DaprClient
{
    /// <summary>Publishes an event.</summary>
    /// <param name="pubsubName">Name of the pub/sub component.</param>
    /// <param name="topicName">The topic.</param>
    /// <param name="data">The event's data, written as JSON; a <see cref="CloudEvent" /> is published as the envelope that it is.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public abstract Task PublishEventAsync<TData>(string pubsubName, string topicName, TData data, CancellationToken cancellationToken = default);

    /// <summary>Publishes an event with metadata, such as <c>partitionKey</c> or <c>ttlInSeconds</c>.</summary>
    public abstract Task PublishEventAsync<TData>(
        string pubsubName, string topicName, TData data, Dictionary<string, string> metadata, CancellationToken cancellationToken = default);

    /// <summary>Publishes an event without data.</summary>
    public abstract Task PublishEventAsync(string pubsubName, string topicName, CancellationToken cancellationToken = default);

    /// <summary>Publishes an event without data, with metadata.</summary>
    public abstract Task PublishEventAsync(
        string pubsubName, string topicName, Dictionary<string, string> metadata, CancellationToken cancellationToken = default);

    /// <summary>Publishes many events in one call.</summary>
    /// <param name="pubsubName">Name of the pub/sub component.</param>
    /// <param name="topicName">The topic.</param>
    /// <param name="events">The events' data: bytes go as octet stream, everything else as JSON.</param>
    /// <param name="metadata">Metadata of the call and of each event.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The events that the broker did not take; they do not make the call fail.</returns>
    public abstract Task<BulkPublishResponse<TValue>> BulkPublishEventAsync<TValue>(
        string pubsubName,
        string topicName,
        IReadOnlyList<TValue> events,
        Dictionary<string, string>? metadata = null,
        CancellationToken cancellationToken = default);

    /// <summary>Publishes bytes that are serialised already.</summary>
    public abstract Task PublishByteEventAsync(
        string pubsubName,
        string topicName,
        ReadOnlyMemory<byte> data,
        string dataContentType = Constants.ContentTypeApplicationJson,
        Dictionary<string, string>? metadata = null,
        CancellationToken cancellationToken = default);
}
