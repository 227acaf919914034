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
    /// <summary>A plan may lack a symbol; one that refuses so many in a row lacks splits and dividends altogether.</summary>
    private const int RefusalsInARow = 3;

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
        var sources = instruments.Sources;
        var refusals = new Dictionary<ReferenceSource, int>();
        for (var done = 0; done < instruments.Order.Count && sources.Count > 0;)
        {
            var asked = 0;
            var givenUp = new List<ReferenceSource>();
            foreach (var source in sources)
            {
                var order = new ReferenceOrder(context.InstanceId, $"actions-{requests}", input.Market, input.Symbols)
                {
                    Provider = source.Name,
                    Symbols = [.. instruments.Order.Skip(done).Take(source.MaxSymbols)],
                };
                asked = order.Symbols.Count;
                requests++;
                var fetched = await FetchAsync(context, input, order, requests, "Splits and dividends");
                actions += fetched.Count;
                if (fetched.Failure is null)
                {
                    refusals[source] = 0;
                    break;
                }

                failed++;
                if (fetched.Failure.Kind is ProviderErrorKind.NotEntitled or ProviderErrorKind.NotSupported)
                    refusals[source] = refusals.GetValueOrDefault(source) + 1;
                if (fetched.Failure.Kind == ProviderErrorKind.RateLimited || refusals.GetValueOrDefault(source) == RefusalsInARow)
                    givenUp.Add(source);
            }

            sources = [.. sources.Except(givenUp)];
            done += asked;
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
