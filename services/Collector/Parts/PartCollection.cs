using Dapr.Workflow;
using StocksDapr.Collector.Runs;
using StocksDapr.Contracts.Messages;

namespace StocksDapr.Collector.Parts;

/// <summary>What became of a part.</summary>
/// <param name="Fatal">Why no other part can succeed either; null unless that is so.</param>
internal sealed record PartOutcome(IReadOnlyList<StepSymbol> Symbols, IReadOnlyList<MessageReceipt> Receipts, string? Fatal = null)
{
    public bool IsComplete => Symbols.All(symbol => symbol.Outcome is SymbolOutcome.Stored or SymbolOutcome.Empty);
}

/// <summary>
/// Workflow code that collects one part: asks one provider after the other for what is still open, waits until what was answered is stored, and asks again for
/// what is not. Done means stored, not sent. It ends always, with an outcome for each symbol.
/// </summary>
internal static class PartCollection
{
    public static async Task<PartOutcome> RunAsync(WorkflowContext context, CollectPart part, PartPatience patience)
    {
        var startedAt = RunSteps.Now(context);
        var state = new PartState(part);
        var requests = new PartRequests(context, part, patience, state, startedAt);
        do
        {
            foreach (var provider in part.Providers)
                await requests.AskAsync(provider, isLast: provider == part.Providers[^1]);
        }
        while (part.HoldsOut && await requests.HoldOutAsync());

        await SayUnknownAsync(context, part, state);
        var outcome = new PartOutcome(state.Outcomes(), requests.Receipts, state.Fatal());
        await RunSteps.SayAsync(context, Ended(context, part, startedAt, outcome));
        return outcome;
    }

    /// <summary>Symbols that somebody tracks may not exist, which nobody but the providers can tell.</summary>
    private static async Task SayUnknownAsync(WorkflowContext context, CollectPart part, PartState state)
    {
        if (part.Market == Collection.Markets.Simulated)
            return;
        foreach (var same in state.Unknown().GroupBy(unknown => string.Join(',', unknown.Providers)).ToList())
            await context.CallActivityAsync(nameof(MarkUnknown), new UnknownSymbols([.. same.Select(unknown => unknown.Symbol)], same.First().Providers), RunSteps.Patiently);
    }

    private static RunStep Ended(WorkflowContext context, CollectPart part, DateTimeOffset startedAt, PartOutcome outcome)
    {
        var good = outcome.Symbols.Count(symbol => symbol.Outcome is SymbolOutcome.Stored or SymbolOutcome.Empty);
        var bars = outcome.Symbols.Sum(symbol => symbol.Bars);
        var wrong = outcome.Symbols.FirstOrDefault(symbol => symbol.Outcome is not (SymbolOutcome.Stored or SymbolOutcome.Empty));
        var now = RunSteps.Now(context);
        return new RunStep(
            part.RunId, part.Step, part.Number, part.Name, startedAt, now, now,
            good == outcome.Symbols.Count ? StepOutcome.Completed : good > 0 ? StepOutcome.Incomplete : StepOutcome.Failed,
            wrong is null ? $"{bars} bars of {good} symbols." : $"{bars} bars; {outcome.Symbols.Count - good} of {outcome.Symbols.Count} symbols lack theirs: {wrong.Symbol}: {wrong.Detail}",
            Part: true, outcome.Symbols);
    }
}
