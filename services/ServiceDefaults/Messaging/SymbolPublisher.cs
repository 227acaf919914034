using Dapr;
using Dapr.Client;
using StocksDapr.Contracts;

namespace StocksDapr.ServiceDefaults.Messaging;

/// <summary>
/// Publishes messages so that the order per symbol holds: messages of one symbol one after the other, each with the symbol as its partition key;
/// different symbols at the same time.
/// </summary>
/// <remarks>The official client has one set of metadata for a whole bulk publish, so a partition key each means a call each.</remarks>
public sealed class SymbolPublisher(DaprClient dapr)
{
    private const int Concurrency = 8;

    /// <summary>
    /// Returns for each message why it was not published, null where it was. Once a message of a symbol fails, the later ones of that symbol
    /// are not tried, so that none overtakes it.
    /// </summary>
    public async Task<IReadOnlyList<DaprException?>> PublishAsync<T>(
        string topic, IReadOnlyList<T> messages, Func<T, string> symbolOf, CancellationToken cancellationToken)
    {
        var failures = new DaprException?[messages.Count];
        var bySymbol = Enumerable.Range(0, messages.Count).GroupBy(index => symbolOf(messages[index]));
        await Parallel.ForEachAsync(
            bySymbol,
            new ParallelOptions { MaxDegreeOfParallelism = Concurrency, CancellationToken = cancellationToken },
            async (indexes, cancellation) =>
            {
                DaprException? failed = null;
                foreach (var index in indexes)
                    failures[index] = failed ??= await TryPublishAsync(topic, messages[index], indexes.Key, cancellation);
            });
        return failures;
    }

    /// <summary>Publishes one message.</summary>
    /// <exception cref="DaprException">The sidecar or the broker did not take it.</exception>
    public Task PublishAsync<T>(string topic, T message, string symbol, CancellationToken cancellationToken) =>
        dapr.PublishEventAsync(Components.PubSub, topic, message, new Dictionary<string, string> { ["partitionKey"] = symbol }, cancellationToken);

    private async Task<DaprException?> TryPublishAsync<T>(string topic, T message, string symbol, CancellationToken cancellationToken)
    {
        try
        {
            await PublishAsync(topic, message, symbol, cancellationToken);
            return null;
        }
        catch (DaprException e)
        {
            return e;
        }
    }
}
