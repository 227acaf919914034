using Dapr.Workflow;
using StocksDapr.Collector.Collection;
using StocksDapr.Collector.Parts;
using StocksDapr.Collector.Providers;
using StocksDapr.Collector.Runs;
using StocksDapr.Market;

namespace StocksDapr.Collector.Schedules;

/// <param name="Only">The symbols that it is about; null for all.</param>
internal sealed record ReferenceOrder(string RunId, string Step, string Market, IReadOnlyList<string>? Only)
{
    /// <summary>Whose corporate actions are wanted; null for the instruments themselves.</summary>
    public string? Provider { get; init; }

    /// <summary>How many of the symbols have been asked for.</summary>
    public int Skip { get; init; }
}

/// <param name="Symbols">Of how many symbols it is.</param>
/// <param name="Count">Corporate actions.</param>
/// <param name="Failure">Why there is no answer; null if there is one.</param>
internal sealed record FetchedReference(int Symbols, int Count, FetchFailure? Failure = null)
{
    /// <summary>With the instruments: who may be asked for their corporate actions, the first one first.</summary>
    public IReadOnlyList<string>? Providers { get; init; }
}

/// <summary>Activity: publishes the instruments of a market, or fetches and publishes the corporate actions of some of them.</summary>
/// <exception cref="ListingUnknownException">Nobody says which instruments there are.</exception>
internal sealed class FetchReferencePart(
    IEnumerable<DueBars> schedules, RunAnnouncer announcer, IHostApplicationLifetime host) : WorkflowActivity<ReferenceOrder, FetchedReference>
{
    public override async Task<FetchedReference> RunAsync(WorkflowActivityContext context, ReferenceOrder input)
    {
        if (schedules.FirstOrDefault(schedule => schedule.Plan.Market == input.Market) is not { } schedule)
            return new FetchedReference(0, 0, new FetchFailure(ProviderErrorKind.NotSupported, $"There is no market '{input.Market}' any more."));

        return input.Provider is { } provider
            ? await ActionsAsync(schedule, input, provider, host.ApplicationStopping)
            : await InstrumentsAsync(schedule, input, host.ApplicationStopping);
    }

    private async Task<FetchedReference> InstrumentsAsync(DueBars schedule, ReferenceOrder input, CancellationToken cancellationToken)
    {
        var answer = await schedule.Listing.PublishInstrumentsAsync(cancellationToken);
        if (!schedule.Plan.Roster.IsLive)
            await announcer.SayAskedAsync(input.RunId, input.Step, schedule.Plan.Roster.Source, answer, cancellationToken);
        if (!answer.IsSuccess)
            return new FetchedReference(0, 0, FetchFailure.Of(answer.Error));

        var sources = await schedule.Sources.GetAsync(Interval.OneDay, cancellationToken);
        return new FetchedReference(answer.Value.Count(listed => IsWanted(input, listed)), 0)
        {
            Providers = [.. sources.Where(source => source.Provider.Capabilities.HasCorporateActions).Select(source => source.Name)],
        };
    }

    private async Task<FetchedReference> ActionsAsync(DueBars schedule, ReferenceOrder input, string name, CancellationToken cancellationToken)
    {
        if (await schedule.Sources.FindAsync(name, Interval.OneDay, cancellationToken) is not { Provider: var provider })
            return new FetchedReference(0, 0, new FetchFailure(ProviderErrorKind.NotEntitled, $"{name} cannot be asked: it is not configured, or has no key."));

        var instruments = await schedule.Listing.GetAsync(cancellationToken);
        string[] symbols =
            [.. instruments.Where(listed => IsWanted(input, listed)).Select(listed => listed.Instrument.Symbol).Skip(input.Skip).Take(provider.Capabilities.MaxSymbols)];
        if (symbols.Length == 0)
            return new FetchedReference(0, 0);

        var (answer, count) = await schedule.Listing.PublishActionsAsync(provider, symbols, cancellationToken);
        if (answer is not null)
            await announcer.SayAskedAsync(input.RunId, input.Step, name, answer, cancellationToken);
        return new FetchedReference(symbols.Length, count, FetchFailure.Of(answer?.Error));
    }

    private static bool IsWanted(ReferenceOrder input, ListedInstrument listed) => input.Only is null || input.Only.Contains(listed.Instrument.Symbol);
}
