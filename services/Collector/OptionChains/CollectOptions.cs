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

    private static async Task<FetchedChain> ChainAsync(WorkflowContext context, ChainOrder order, PartPatience patience)
    {
        for (var attempt = 1; ; attempt++)
        {
            // Each attempt is a step of its own: what was tried and failed is to be seen.
            var step = attempt == 1 ? order.Step : $"{order.Step}-{attempt}";
            var chain = await RunSteps.RunAsync<FetchedChain>(
                context, step, order.Number, $"Chain of {order.Underlying}", nameof(FetchChain), order with { Step = step },
                fetched => fetched.Failure is { } failure ? (StepOutcome.Failed, failure) : (StepOutcome.Completed, $"{fetched.Contracts} contracts from {fetched.Provider}."));
            if (chain.Failure is null || !chain.MayPass || attempt >= patience.Attempts)
                return chain;

            var wait = patience.Retry(attempt);
            await context.CreateTimer(chain.RetryAfter > wait ? chain.RetryAfter.Value : wait);
        }
    }
}
