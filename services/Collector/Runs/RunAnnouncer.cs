using StocksDapr.Collector.Publishing;
using StocksDapr.Contracts;
using StocksDapr.Contracts.Messages;

namespace StocksDapr.Collector.Runs;

/// <summary>Announces what happens in runs: Writer keeps it, Query answers it.</summary>
internal sealed class RunAnnouncer(BarPublisher publisher)
{
    public Task SayAsync(RunEvent happened, CancellationToken cancellationToken) =>
        publisher.PublishAsync(Topics.Runs, happened.RunId, happened, cancellationToken);
}
