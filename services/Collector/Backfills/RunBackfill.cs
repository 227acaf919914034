using System.Globalization;
using Dapr.Workflow;
using StocksDapr.Collector.Parts;
using StocksDapr.Collector.Runs;
using StocksDapr.Contracts.Messages;

namespace StocksDapr.Collector.Backfills;

/// <summary>Workflow: collects a range of bars that somebody asked for, a few parts at a time, oldest first.</summary>
internal sealed class RunBackfill : Workflow<BackfillOrder, string>
{
    private const int Concurrency = 4;

    /// <summary>A generation's history stays far below what a sidecar takes in one message.</summary>
    private const int PartsPerGeneration = 20;

    public override async Task<string> RunAsync(WorkflowContext context, BackfillOrder input)
    {
        var progress = input.Progress;
        if (progress.Done == 0 && !await RunSteps.TryBeginAsync(context, input.Ticket, Begun(context, input), input.Parts))
            return "Another execution does this backfill.";

        try
        {
            context.SetCustomStatus(new BackfillStatus(progress.Done, input.Parts));
            var indexes = Enumerable.Range(progress.Done, Math.Min(PartsPerGeneration, input.Parts - progress.Done));
            var outcomes = await context.ProcessInParallelAsync(
                indexes, index => PartCollection.RunAsync(context, input.Part(context.InstanceId, index), input.Patience), Concurrency);
            progress = new BackfillProgress(
                progress.Done + outcomes.Length, progress.Lacking + outcomes.Count(outcome => !outcome.IsComplete),
                progress.Bars + outcomes.Sum(outcome => outcome.Symbols.Sum(symbol => (long)symbol.Bars)));
            context.SetCustomStatus(new BackfillStatus(progress.Done, input.Parts));

            if (outcomes.Select(outcome => outcome.Fatal).FirstOrDefault(reason => reason is not null) is { } fatal)
                return await RunSteps.EndAsync(context, RunOutcome.Failed, fatal, progress);
            if (progress.Done < input.Parts)
            {
                context.ContinueAsNew(input with { Progress = progress });
                return "";
            }

            return progress.Lacking == progress.Done && progress.Bars == 0
                ? await RunSteps.EndAsync(context, RunOutcome.Failed, "No provider answered for any symbol; the parts tell why.", progress)
                : await RunSteps.EndAsync(context, RunOutcome.Completed, Summary(progress), progress);
        }
        catch (Exception e) when (e is WorkflowTaskFailedException or AggregateException)
        {
            await RunSteps.EndAsync(context, RunOutcome.Failed, e.Message, progress);
            throw;
        }
    }

    private static string Summary(BackfillProgress progress) => string.Create(
        CultureInfo.InvariantCulture,
        $"{progress.Bars} bars in {progress.Done} parts{(progress.Lacking == 0 ? "" : $"; {progress.Lacking} of them lack something")}.");

    private static RunStarted Begun(WorkflowContext context, BackfillOrder input) => new(
        context.InstanceId, RunKinds.Backfill,
        $"{input.Interval} bars of {(input.Symbols.Count == 1 ? input.Symbols[0] : $"{input.Symbols.Count} symbols")}, {input.From:yyyy-MM-dd} to {input.To:yyyy-MM-dd}", RunSteps.Now(context), null,
        RunSteps.Json(new { provider = input.Provider, providers = input.Providers, interval = input.Interval.Code, symbols = input.Symbols, from = input.From, to = input.To, ranges = input.Ranges.Count }));
}
