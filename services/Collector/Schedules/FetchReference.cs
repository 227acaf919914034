using Dapr.Workflow;
using StocksDapr.Collector.Parts;
using StocksDapr.Collector.Runs;
using StocksDapr.Contracts.Messages;

namespace StocksDapr.Collector.Schedules;

/// <param name="Ticket">Names the attempt to schedule it.</param>
internal sealed record ReferenceInput(string Ticket, string Provider, DateTimeOffset DueAt, PartPatience Patience);

/// <summary>Workflow: fetches the instruments of a provider, then their splits and dividends.</summary>
internal sealed class FetchReference : Workflow<ReferenceInput, string>
{
    public override async Task<string> RunAsync(WorkflowContext context, ReferenceInput input)
    {
        var begun = new RunStarted(
            context.InstanceId, RunKinds.Reference, $"Instruments and corporate actions of {input.Provider}", RunSteps.Now(context), input.DueAt,
            RunSteps.Json(new { provider = input.Provider }));
        if (!await RunSteps.TryBeginAsync(context, input.Ticket, begun))
            return "Another execution does this.";

        try
        {
            var instruments = await FetchAsync(context, input, "instruments", 0, "Instruments", chunk: null);
            if (instruments.Failure is not null)
                return await RunSteps.EndAsync(context, RunOutcome.Failed, instruments.Failure.Detail);

            var (actions, failed) = (0, 0);
            for (var chunk = 0; chunk < instruments.Chunks; chunk++)
            {
                var fetched = await FetchAsync(context, input, $"actions-{chunk}", chunk + 1, "Splits and dividends", chunk);
                actions += fetched.Count;
                failed += fetched.Failure is null ? 0 : 1;
            }

            return await RunSteps.EndAsync(
                context, failed > 0 && failed == instruments.Chunks ? RunOutcome.Failed : RunOutcome.Completed,
                $"{instruments.Count} instruments, {actions} splits and dividends{(failed == 0 ? "" : $"; {failed} requests failed")}.");
        }
        catch (WorkflowTaskFailedException e)
        {
            await RunSteps.EndAsync(context, RunOutcome.Failed, e.FailureDetails.ErrorMessage);
            throw;
        }
    }

    private static async Task<FetchedReference> FetchAsync(WorkflowContext context, ReferenceInput input, string step, int number, string name, int? chunk)
    {
        for (var attempt = 1; ; attempt++)
        {
            var fetched = await RunSteps.RunAsync<FetchedReference>(
                context, attempt == 1 ? step : $"{step}-again-{attempt}", number, name, nameof(FetchReferencePart), new ReferenceOrder(context.InstanceId, step, input.Provider, chunk),
                done => done.Failure is null ? (StepOutcome.Completed, $"{done.Count} published.") : (StepOutcome.Failed, done.Failure.Detail));
            if (fetched.Failure is not { IsTransient: true } failure || attempt >= input.Patience.Attempts)
                return fetched;

            var wait = input.Patience.Retry(attempt);
            await context.CreateTimer(failure.RetryAfter > wait ? failure.RetryAfter.Value : wait);
        }
    }
}
