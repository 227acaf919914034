using Dapr.Workflow;
using StocksDapr.Collector.Collection;
using StocksDapr.Collector.Parts;
using StocksDapr.Collector.Providers;
using StocksDapr.Collector.Runs;
using StocksDapr.Contracts.Messages;

namespace StocksDapr.Collector.Schedules;

/// <param name="Chunk">Which of the instruments' chunks the corporate actions are wanted of; null for the instruments themselves.</param>
internal sealed record ReferenceOrder(string RunId, string Step, string Provider, int? Chunk);

/// <param name="Count">Instruments, or corporate actions.</param>
/// <param name="Chunks">Requests that the instruments' corporate actions take.</param>
internal sealed record FetchedReference(int Count, int Chunks, FetchFailure? Failure = null);

/// <summary>Activity: fetches and publishes instruments, or the corporate actions of some of them.</summary>
/// <exception cref="ListingUnknownException">The provider does not say which instruments it has.</exception>
internal sealed class FetchReferencePart(
    IEnumerable<DueBars> schedules, RunAnnouncer announcer, IHostApplicationLifetime host) : WorkflowActivity<ReferenceOrder, FetchedReference>
{
    public override async Task<FetchedReference> RunAsync(WorkflowActivityContext context, ReferenceOrder input)
    {
        if (schedules.FirstOrDefault(schedule => schedule.Plan.Provider.Name == input.Provider) is not { } schedule)
            return new FetchedReference(0, 0, new FetchFailure(ProviderErrorKind.NotSupported, $"There is no provider '{input.Provider}' any more."));

        return input.Chunk is { } chunk
            ? await ActionsAsync(schedule, input, chunk, host.ApplicationStopping)
            : await InstrumentsAsync(schedule, input, host.ApplicationStopping);
    }

    private async Task<FetchedReference> InstrumentsAsync(DueBars schedule, ReferenceOrder input, CancellationToken cancellationToken)
    {
        var answer = await schedule.Listing.PublishInstrumentsAsync(cancellationToken);
        await SayAsync(input, answer, cancellationToken);
        if (!answer.IsSuccess)
            return new FetchedReference(0, 0, FetchFailure.Of(answer.Error));

        var symbols = schedule.Plan.Provider.Capabilities.MaxSymbols;
        return new FetchedReference(answer.Value.Count, (answer.Value.Count + symbols - 1) / symbols);
    }

    private async Task<FetchedReference> ActionsAsync(DueBars schedule, ReferenceOrder input, int chunk, CancellationToken cancellationToken)
    {
        var instruments = await schedule.Listing.GetAsync(cancellationToken);
        var symbols = instruments.Select(listed => listed.Instrument.Symbol).Chunk(schedule.Plan.Provider.Capabilities.MaxSymbols).ElementAtOrDefault(chunk) ?? [];
        if (symbols.Length == 0)
            return new FetchedReference(0, 0);

        var (answer, count) = await schedule.Listing.PublishActionsAsync(symbols, cancellationToken);
        if (answer is not null)
            await SayAsync(input, answer, cancellationToken);
        return new FetchedReference(count, 0, FetchFailure.Of(answer?.Error));
    }

    private Task SayAsync<T>(ReferenceOrder input, ProviderAnswer<T> answer, CancellationToken cancellationToken)
        where T : class =>
        announcer.SayAsync(
            new RunRequest(input.RunId, answer.RequestId, input.Step, input.Provider, answer.At, answer.Credits, answer.Error?.Detail), cancellationToken);
}
