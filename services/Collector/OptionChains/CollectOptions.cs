using System.Globalization;
using Dapr.Workflow;
using StocksDapr.Collector.Parts;
using StocksDapr.Collector.Runs;
using StocksDapr.Contracts.Messages;

namespace StocksDapr.Collector.OptionChains;

/// <param name="Ticket">Names the attempt to schedule it.</param>
/// <param name="Market">The market's name.</param>
/// <param name="DueAt">When it became due, UTC.</param>
/// <param name="Days">Contracts that expire within so many days are wanted.</param>
/// <param name="Patience">How patiently to ask again.</param>
internal sealed record OptionSlot(string Ticket, string Market, DateTimeOffset DueAt, int Days, PartPatience Patience);

/// <summary>
/// Workflow: a snapshot of the chains of a market. A chain is of now and cannot be had later, so that a snapshot that fails is not made up for: the
/// next one comes in half an hour.
/// </summary>
internal sealed class CollectOptions : Workflow<OptionSlot, string>
{
    private const int Concurrency = 4;

    public override async Task<string> RunAsync(WorkflowContext context, OptionSlot input)
    {
        var begun = new RunStarted(
            context.InstanceId, RunKinds.Options, $"Option chains of {input.Market}, {input.DueAt.UtcDateTime:yyyy-MM-dd HH:mm}", RunSteps.Now(context), input.DueAt,
            RunSteps.Json(new { market = input.Market, days = input.Days }));
        if (!await RunSteps.TryBeginAsync(context, input.Ticket, begun))
            return "Another execution collects this snapshot.";

        try
        {
            var underlyings = await RunSteps.RunAsync<IReadOnlyList<string>>(
                context, "underlyings", 0, "Ask whose chains are wanted", nameof(ListUnderlyings), input.Market, found => (StepOutcome.Completed, $"Of {found.Count} symbols."));
            await RunSteps.SayAsync(context, new RunPlanned(context.InstanceId, underlyings.Count));
            var chains = await context.ProcessInParallelAsync(
                underlyings.Select((symbol, index) => new ChainOrder(context.InstanceId, $"chain-{index}", index + 1, input.Market, symbol, input.Days)).ToList(),
                order => ChainAsync(context, order, input.Patience), Concurrency);

            var (quotes, failed) = (chains.Sum(chain => (long)chain.Contracts), chains.Count(chain => chain.Failure is not null));
            return await RunSteps.EndAsync(
                context, failed > 0 && failed == chains.Length ? RunOutcome.Failed : RunOutcome.Completed,
                chains.Length == 0 ? "No chains are wanted."
                : failed == 0 ? $"{quotes} contracts of {chains.Length} symbols."
                : $"{quotes} contracts of {chains.Length - failed} symbols; of {failed} there is no chain: {chains.First(chain => chain.Failure is not null).Failure}",
                new { symbols = chains.Length, failed, contracts = quotes });
        }
        catch (Exception e) when (e is WorkflowTaskFailedException or AggregateException)
        {
            await RunSteps.EndAsync(context, RunOutcome.Failed, e.Message);
            throw;
        }
    }

    /// <summary>One part of the run: a chain, however often it takes to get it.</summary>
    private static async Task<FetchedChain> ChainAsync(WorkflowContext context, ChainOrder order, PartPatience patience)
    {
        var startedAt = RunSteps.Now(context);
        var begun = new RunStep(order.RunId, order.Step, order.Number, $"Chain of {order.Underlying}", startedAt, startedAt, Part: true);
        await RunSteps.SayAsync(context, begun);
        var chain = await FetchAsync(context, order);
        var held = TimeSpan.Zero;
        for (var attempt = 1; chain is { Failure: { } failure, MayPass: true } && attempt < patience.Attempts; attempt++)
        {
            var wait = patience.Retry(attempt);
            wait = chain.RetryAfter > wait ? chain.RetryAfter.Value : wait;

            // A chain is of the moment at which it is fetched. By then another snapshot is due, and a budget that is spent for the day would be spent on all of them at once.
            if ((held += wait) > patience.LongestHold)
                break;
            await RunSteps.SayAsync(context, begun with { At = RunSteps.Now(context), Detail = string.Create(CultureInfo.InvariantCulture, $"Asked again in {wait.TotalSeconds:0} s: {failure}") });
            await context.CreateTimer(wait);
            chain = await FetchAsync(context, order);
        }

        var now = RunSteps.Now(context);
        await RunSteps.SayAsync(context, begun with
        {
            At = now,
            EndedAt = now,
            Outcome = chain.Failure is null ? StepOutcome.Completed : StepOutcome.Failed,
            Detail = chain.Failure ?? $"{chain.Contracts} contracts from {chain.Provider}.",
        });
        return chain;
    }

    private static async Task<FetchedChain> FetchAsync(WorkflowContext context, ChainOrder order)
    {
        try
        {
            return await context.CallActivityAsync<FetchedChain>(nameof(FetchChain), order, RunSteps.Patiently);
        }
        catch (WorkflowTaskFailedException e)
        {
            // The chains of the others are none the worse for it.
            return new FetchedChain(null, 0, e.FailureDetails.ErrorMessage);
        }
    }
}
