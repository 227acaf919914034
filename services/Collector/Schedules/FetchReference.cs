using Dapr.Workflow;
using StocksDapr.Collector.Parts;
using StocksDapr.Collector.Providers;
using StocksDapr.Collector.Runs;
using StocksDapr.Contracts.Messages;

namespace StocksDapr.Collector.Schedules;

/// <param name="Ticket">Names the attempt to schedule it.</param>
internal sealed record ReferenceInput(string Ticket, string Market, DateTimeOffset DueAt, PartPatience Patience)
{
    /// <summary>The splits and dividends of those alone; null for all that the market has.</summary>
    public IReadOnlyList<string>? Symbols { get; init; }
}

/// <summary>Workflow: fetches the instruments of a market, then their splits and dividends: of each from the first provider that has them.</summary>
internal sealed class FetchReference : Workflow<ReferenceInput, string>
{
    public override async Task<string> RunAsync(WorkflowContext context, ReferenceInput input)
    {
        var begun = new RunStarted(
            context.InstanceId, RunKinds.Reference, $"Instruments and corporate actions of {(input.Symbols is { } only ? string.Join(", ", only) : input.Market)}", RunSteps.Now(context), input.DueAt,
            RunSteps.Json(new { market = input.Market, symbols = input.Symbols }));
        if (!await RunSteps.TryBeginAsync(context, input.Ticket, begun))
            return "Another execution does this.";

        try
        {
            var instruments = await FetchAsync(context, input, new ReferenceOrder(context.InstanceId, "instruments", input.Market, input.Symbols), 0, "Instruments");
            if (instruments.Failure is not null)
                return await RunSteps.EndAsync(context, RunOutcome.Failed, instruments.Failure.Detail);

            var (actions, requests, failed) = await ActionsAsync(context, input, instruments);
            return await RunSteps.EndAsync(
                context, failed > 0 && failed == requests ? RunOutcome.Failed : RunOutcome.Completed,
                $"{instruments.Symbols} instruments, {actions} splits and dividends{(failed == 0 ? "" : $"; {failed} requests failed")}.");
        }
        catch (WorkflowTaskFailedException e)
        {
            await RunSteps.EndAsync(context, RunOutcome.Failed, e.FailureDetails.ErrorMessage);
            throw;
        }
    }

    private static async Task<(int Actions, int Requests, int Failed)> ActionsAsync(WorkflowContext context, ReferenceInput input, FetchedReference instruments)
    {
        var (actions, requests, failed) = (0, 0, 0);
        var providers = instruments.Providers ?? [];
        for (var skip = 0; skip < instruments.Symbols && providers.Count > 0;)
        {
            FetchedReference fetched = new(0, 0);
            var givenUp = new List<string>();
            foreach (var provider in providers)
            {
                var order = new ReferenceOrder(context.InstanceId, $"actions-{requests}", input.Market, input.Symbols) { Provider = provider, Skip = skip };
                requests++;
                fetched = await FetchAsync(context, input, order, requests, "Splits and dividends");
                if (fetched.Failure is null)
                    break;
                failed++;
                if (fetched.Failure.Kind is ProviderErrorKind.NotEntitled or ProviderErrorKind.NotSupported or ProviderErrorKind.RateLimited)
                    givenUp.Add(provider);
            }

            // Who does not let itself be asked for some will not for the others.
            providers = [.. providers.Except(givenUp)];
            actions += fetched.Count;
            skip += Math.Max(1, fetched.Symbols);
        }

        return (actions, requests, failed);
    }

    private static async Task<FetchedReference> FetchAsync(WorkflowContext context, ReferenceInput input, ReferenceOrder order, int number, string name)
    {
        for (var attempt = 1; ; attempt++)
        {
            var fetched = await RunSteps.RunAsync<FetchedReference>(
                context, attempt == 1 ? order.Step : $"{order.Step}-again-{attempt}", number, name, nameof(FetchReferencePart), order,
                done => done.Failure is null ? (StepOutcome.Completed, $"{(order.Provider is null ? done.Symbols : done.Count)} published.") : (StepOutcome.Failed, done.Failure.Detail));
            if (fetched.Failure is not { IsTransient: true } failure || attempt >= input.Patience.Attempts || failure.RetryAfter > input.Patience.LongestHold)
                return fetched;

            var wait = input.Patience.Retry(attempt);
            await context.CreateTimer(failure.RetryAfter > wait ? failure.RetryAfter.Value : wait);
        }
    }
}
