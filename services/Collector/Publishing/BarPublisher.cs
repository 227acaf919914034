using Dapr;
using StocksDapr.Contracts.Messages;

namespace StocksDapr.Collector.Publishing;

/// <summary>
/// Publishes what Collector has found, and waits for as long as the sidecar or the broker does not take it: that wait is the
/// back-pressure of collection and imports. A message may arrive twice (a failed call may have been taken), never out of the order of
/// its symbol.
/// </summary>
/// <remarks>
/// One call a message, not bulk: the official client has one set of metadata for a whole bulk publish, so that the symbol as partition key
/// would need a call each anyway, and brokers without bulk publish keep no order within one. A message carries up to
/// <see cref="RawBars.MaxBars"/> bars, so the calls are few and far from the sidecar's limit of 4 MiB.
/// </remarks>
internal sealed class BarPublisher(IMessagePublisher publisher, TimeProvider time, CollectorMetrics metrics, ILogger<BarPublisher> logger)
{
    /// <summary>How many symbols are published at the same time.</summary>
    private const int Concurrency = 8;

    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(5);

    /// <summary>Publishes batches of bars: those of one symbol in the given order, different symbols at the same time.</summary>
    /// <exception cref="OperationCanceledException">Cancelled; some of the batches may have been published.</exception>
    public Task PublishAsync(string topic, IEnumerable<RawBars> batches, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(
            batches.GroupBy(batch => batch.Symbol, StringComparer.Ordinal),
            new ParallelOptions { MaxDegreeOfParallelism = Concurrency, CancellationToken = cancellationToken },
            async (ofSymbol, cancellation) =>
            {
                foreach (var batch in ofSymbol)
                    await PublishAsync(topic, batch, cancellation);
            });

    /// <summary>Publishes one batch of bars.</summary>
    /// <exception cref="OperationCanceledException">Cancelled; the batch may have been published.</exception>
    public async Task PublishAsync(string topic, RawBars batch, CancellationToken cancellationToken)
    {
        await PublishAsync(topic, batch.Symbol, batch, cancellationToken);
        metrics.BarsPublished(topic, batch.Provenance.Provider, batch.Bars.Count);
    }

    /// <summary>Publishes any other message, such as instruments or an event of an import.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="partitionKey">What the order is kept by: a symbol or an import's id.</param>
    /// <param name="message">The message.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="OperationCanceledException">Cancelled; the message may have been published.</exception>
    public async Task PublishAsync<T>(string topic, string partitionKey, T message, CancellationToken cancellationToken)
    {
        var delay = FirstDelay;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await publisher.PublishAsync(topic, partitionKey, message, cancellationToken);
                if (attempt > 1)
                    logger.PublishedAgain(topic, partitionKey, attempt);
                return;
            }
            catch (Exception e) when (IsRefusal(e, cancellationToken))
            {
                metrics.PublishFailed(topic);

                // The first and then ever more rarely: a broker that is away for an hour does not fill the log.
                if (int.IsPow2(attempt))
                    logger.PublishRefused(topic, partitionKey, attempt, e.InnerException?.Message ?? e.Message);
            }

            await Task.Delay(delay, time, cancellationToken);
            delay = delay * 2 < LongestDelay ? delay * 2 : LongestDelay;
        }
    }

    /// <summary>The sidecar or the broker said no, or did not answer in time.</summary>
    private static bool IsRefusal(Exception e, CancellationToken cancellationToken) =>
        !cancellationToken.IsCancellationRequested && e is DaprException or HttpRequestException or OperationCanceledException;
}
