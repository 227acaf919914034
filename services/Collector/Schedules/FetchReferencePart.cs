using Dapr.Workflow;
using StocksDapr.Collector.Collection;
using StocksDapr.Collector.Parts;
using StocksDapr.Collector.Providers;
using StocksDapr.Collector.Providers.Keys;
using StocksDapr.Collector.Runs;
using StocksDapr.Market;

namespace StocksDapr.Collector.Schedules;

/// <param name="Only">The symbols that it is about; null for all.</param>
internal sealed record ReferenceOrder(string RunId, string Step, string Market, IReadOnlyList<string>? Only)
{
    /// <summary>Whose corporate actions are wanted; null for the instruments themselves.</summary>
    public string? Provider { get; init; }

    /// <summary>Of whom, as many as the provider takes in one request.</summary>
    public IReadOnlyList<string> Symbols { get; init; } = [];
}

/// <param name="Symbols">Of how many symbols it is.</param>
/// <param name="Count">Corporate actions.</param>
/// <param name="Failure">Why there is no answer; null if there is one.</param>
internal sealed record FetchedReference(int Symbols, int Count, FetchFailure? Failure = null)
{
    /// <summary>With the instruments: who may be asked for their corporate actions, the first one first.</summary>
    public IReadOnlyList<ReferenceSource> Sources { get; init; } = [];

    /// <summary>With the instruments: their symbols in the order in which they are to be asked for.</summary>
    public IReadOnlyList<string> Order { get; init; } = [];
}

/// <param name="MaxSymbols">Of how many symbols it tells in one request.</param>
internal sealed record ReferenceSource(string Name, int MaxSymbols);

/// <summary>Activity: publishes the instruments of a market, or fetches and publishes the corporate actions of some of them.</summary>
/// <exception cref="ListingUnknownException">Nobody says which instruments there are.</exception>
/// <exception cref="StateUnavailableException">Nobody knows who has waited longest.</exception>
internal sealed class FetchReferencePart(
    IEnumerable<DueBars> schedules, ReferenceBook book, RunAnnouncer announcer, IHostApplicationLifetime host) : WorkflowActivity<ReferenceOrder, FetchedReference>
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
        string[] wanted = [.. answer.Value.Select(listed => listed.Instrument.Symbol).Where(symbol => input.Only is null || input.Only.Contains(symbol))];
        return new FetchedReference(wanted.Length, 0)
        {
            Sources =
            [
                .. sources.Where(source => source.Provider.Capabilities.HasCorporateActions).Select(source => new ReferenceSource(source.Name, source.Provider.Capabilities.MaxSymbols)),
            ],
            Order = schedule.Plan.Roster.IsLive ? await book.MostOverdueFirstAsync(input.Market, wanted, cancellationToken) : wanted,
        };
    }

    private async Task<FetchedReference> ActionsAsync(DueBars schedule, ReferenceOrder input, string name, CancellationToken cancellationToken)
    {
        if (await schedule.Sources.FindAsync(name, Interval.OneDay, cancellationToken) is not { Provider: var provider })
            return new FetchedReference(0, 0, new FetchFailure(ProviderErrorKind.NotEntitled, $"{name} cannot be asked: it is not configured, or has no key."));

        if (input.Symbols.Count == 0)
            return new FetchedReference(0, 0);

        var (answer, count) = await schedule.Listing.PublishActionsAsync(provider, input.Symbols, cancellationToken);
        if (answer is not null)
            await announcer.SayAskedAsync(input.RunId, input.Step, name, answer, cancellationToken);
        if (answer is not null && schedule.Plan.Roster.IsLive)
            await book.ToldAsync(input.Market, [.. input.Symbols.Where(symbol => IsTold(symbol, answer))], cancellationToken);
        return new FetchedReference(input.Symbols.Count, count, FetchFailure.Of(answer?.Error));
    }

    /// <summary>That a provider does not know a symbol, or that the plan does not have it, is an answer too: such a one must not come first for ever.</summary>
    private static bool IsTold<T>(string symbol, ProviderAnswer<IReadOnlyDictionary<string, SymbolAnswer<T>>> answer)
        where T : class =>
        (answer.Error ?? answer.Value!.GetValueOrDefault(symbol).Error) is null or { IsTransient: false };
}
