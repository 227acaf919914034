using Dapr.Workflow;
using StocksDapr.Collector.Parts;
using StocksDapr.Collector.Runs;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market;

namespace StocksDapr.Collector.Schedules;

/// <param name="Ticket">Names the attempt to schedule it.</param>
/// <param name="Market">The market's name.</param>
/// <param name="Interval">The interval.</param>
/// <param name="NewestDue">Start of the newest bar that is due, UTC.</param>
/// <param name="DueAt">When it became due, UTC.</param>
/// <param name="Patience">How patiently to ask again.</param>
internal sealed record SlotInput(string Ticket, string Market, Interval Interval, DateTimeOffset NewestDue, DateTimeOffset DueAt, PartPatience Patience)
{
    /// <summary>Those alone are collected; null for all that the market has.</summary>
    public IReadOnlyList<string>? Symbols { get; init; }

    /// <summary>How far earlier generations of the workflow have come.</summary>
    public SlotProgress Progress { get; init; } = new(0, 0, 0, 0, 0);
}

/// <param name="Round">How often it has been asked what is missing.</param>
/// <param name="Parts">Parts that have ended.</param>
/// <param name="Lacking">Parts of them that lack something.</param>
/// <param name="Bars">Bars that the provider answered.</param>
/// <param name="Messages">Numbers of messages that have been given out.</param>
internal sealed record SlotProgress(int Round, int Parts, int Lacking, long Bars, int Messages);

/// <summary>
/// Workflow: collects what is missing of one series of one market, up to the newest bar that is due. What an earlier slot could not get is
/// missing still, so it heals here.
/// </summary>
internal sealed class CollectSlot : Workflow<SlotInput, string>
{
    private const int Concurrency = 4;

    public override async Task<string> RunAsync(WorkflowContext context, SlotInput input)
    {
        var progress = input.Progress;
        var begun = new RunStarted(
            context.InstanceId, RunKinds.Collection, $"{input.Interval} bars of {(input.Symbols is { } only ? string.Join(", ", only) : input.Market)}, up to {input.NewestDue.UtcDateTime:yyyy-MM-dd HH:mm}", RunSteps.Now(context), input.DueAt,
            RunSteps.Json(new { market = input.Market, symbols = input.Symbols, interval = input.Interval.Code, newestDue = input.NewestDue }));
        if (progress.Round == 0 && !await RunSteps.TryBeginAsync(context, input.Ticket, begun))
            return "Another execution collects this slot.";

        try
        {
            var plan = await RunSteps.RunAsync<SlotPlan>(
                context, $"plan-{progress.Round}", progress.Round * 1_000, "Ask what is missing", nameof(PlanSlot), new PlanOrder(context.InstanceId, input.Market, input.Interval, input.Symbols, progress),
                found => (StepOutcome.Completed, found.Parts.Count == 0 ? "Nothing is missing." : $"{found.Total - progress.Parts} requests are to be made."));
            await RunSteps.SayAsync(context, new RunPlanned(context.InstanceId, plan.Total));
            var outcomes = await context.ProcessInParallelAsync(plan.Parts, part => PartCollection.RunAsync(context, part, input.Patience), Concurrency);

            progress = new SlotProgress(
                progress.Round + 1, progress.Parts + outcomes.Length, progress.Lacking + outcomes.Count(outcome => !outcome.IsComplete),
                progress.Bars + outcomes.Sum(outcome => outcome.Symbols.Sum(symbol => (long)symbol.Bars)), progress.Messages + plan.Parts.Sum(part => part.Symbols.Count));
            var fatal = outcomes.Select(outcome => outcome.Fatal).FirstOrDefault(reason => reason is not null);
            if (plan.HasMore && fatal is null)
            {
                // A new generation, so that the history of a large one stays small.
                context.ContinueAsNew(input with { Progress = progress });
                return "";
            }

            return await EndAsync(context, progress, fatal);
        }
        catch (Exception e) when (e is WorkflowTaskFailedException or AggregateException)
        {
            await RunSteps.EndAsync(context, RunOutcome.Failed, e.Message);
            throw;
        }
    }

    private static Task<string> EndAsync(WorkflowContext context, SlotProgress progress, string? fatal)
    {
        var summary = new { parts = progress.Parts, lacking = progress.Lacking, bars = progress.Bars };
        if (fatal is not null || (progress.Parts > 0 && progress.Lacking == progress.Parts && progress.Bars == 0))
            return RunSteps.EndAsync(context, RunOutcome.Failed, fatal ?? "No provider answered anything; the next slot tries again.", summary);
        return RunSteps.EndAsync(
            context, RunOutcome.Completed,
            progress.Parts == 0 ? "Nothing was missing."
            : progress.Lacking == 0 ? $"{progress.Bars} bars in {progress.Parts} requests."
            : $"{progress.Bars} bars in {progress.Parts} requests; {progress.Lacking} of them lack something, which the next slot tries again.",
            summary);
    }
}
