using Dapr.Workflow;
using StocksDapr.Collector.Parts;
using StocksDapr.Collector.Providers;
using StocksDapr.Collector.Runs;
using StocksDapr.Contracts.Messages;

namespace StocksDapr.Collector.CrossChecks;

/// <param name="Ticket">Names the attempt to schedule it.</param>
internal sealed record CrossCheckInput(string Ticket, string Market, DateOnly Session, DateTimeOffset DueAt, PartPatience Patience);

/// <summary>
/// Workflow: asks a second provider for a sample of a closed session's bars and compares. What differs is a finding of the rule <c>cross-check</c>; what agrees is counted, so that
/// silence is not taken for agreement. Waits for budgets, since it is what can wait longest.
/// </summary>
internal sealed class CrossCheckSession : Workflow<CrossCheckInput, string>
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    public override async Task<string> RunAsync(WorkflowContext context, CrossCheckInput input)
    {
        var begun = new RunStarted(
            context.InstanceId, RunKinds.CrossCheck, $"Compare bars of {input.Session:yyyy-MM-dd} with a second provider", RunSteps.Now(context), input.DueAt,
            RunSteps.Json(new { market = input.Market, session = input.Session }));
        if (!await RunSteps.TryBeginAsync(context, input.Ticket, begun))
            return "Another execution compares this session.";

        try
        {
            var sample = await RunSteps.RunAsync<IReadOnlyList<SampleItem>>(
                context, "sample", 0, "Draw a sample", nameof(PlanCrossCheck), new SampleOrder(input.Market, input.Session), drawn => (StepOutcome.Completed, $"{drawn.Count} series."));
            var (agreed, differing, notCompared) = (0, 0, 0);
            for (var i = 0; i < sample.Count; i++)
            {
                var compared = await CompareAsync(context, input, sample[i], i + 1);
                (agreed, differing, notCompared) = (agreed + compared.Agreed, differing + compared.Differing, notCompared + compared.NotCompared);
            }

            return await RunSteps.EndAsync(
                context, RunOutcome.Completed,
                $"{agreed} bars agree, {differing} differ{(notCompared == 0 ? "" : $", {notCompared} could not be compared")}.",
                new { series = sample.Count, agreed, differing, notCompared });
        }
        catch (WorkflowTaskFailedException e)
        {
            await RunSteps.EndAsync(context, RunOutcome.Failed, e.FailureDetails.ErrorMessage);
            throw;
        }
    }

    private static async Task<Compared> CompareAsync(WorkflowContext context, CrossCheckInput input, SampleItem item, int number)
    {
        var held = TimeSpan.Zero;
        for (var attempt = 1; ; attempt++)
        {
            var step = attempt == 1 ? $"compare-{number}" : $"compare-{number}-again-{attempt}";
            var compared = await RunSteps.RunAsync<Compared>(
                context, step, number, $"{item.Interval} bars of {item.Symbol}", nameof(CompareSymbol),
                new CompareOrder(context.InstanceId, step, input.Market, input.Session, item.Interval, item.Symbol),
                done => done.Failure is null ? (StepOutcome.Completed, $"{done.Agreed} agree, {done.Differing} differ, {done.NotCompared} could not be compared.") : (StepOutcome.Failed, done.Failure.Detail));
            if (compared.Failure is not { IsTransient: true } failure || (failure.Kind != ProviderErrorKind.RateLimited && attempt >= input.Patience.Attempts))
                return compared;

            var wait = input.Patience.Retry(attempt);
            wait = failure.RetryAfter > wait ? failure.RetryAfter.Value : wait;
            if ((held += wait) > LongestWait)
                return compared;
            await context.CreateTimer(wait);
        }
    }
}
