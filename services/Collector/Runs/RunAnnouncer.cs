using StocksDapr.Collector.Providers;
using StocksDapr.Collector.Publishing;
using StocksDapr.Contracts;
using StocksDapr.Contracts.Messages;

namespace StocksDapr.Collector.Runs;

/// <summary>Announces what happens in runs: Writer keeps it, Query answers it.</summary>
internal sealed class RunAnnouncer(BarPublisher publisher)
{
    public Task SayAsync(RunEvent happened, CancellationToken cancellationToken) =>
        publisher.PublishAsync(Topics.Runs, happened.RunId, happened, cancellationToken);

    /// <summary>Announces a request to a provider. One that failed and cost nothing never went out: a budget has to be waited for, or there is no key.</summary>
    public Task SayAskedAsync<T>(string runId, string step, string provider, ProviderAnswer<T> answer, CancellationToken cancellationToken)
        where T : class =>
        answer is { IsSuccess: false, Credits: 0 }
            ? Task.CompletedTask
            : SayAsync(new RunRequest(runId, answer.RequestId, step, provider, answer.At, answer.Credits, answer.Error?.Detail), cancellationToken);
}
