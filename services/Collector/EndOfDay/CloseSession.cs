using Dapr.Workflow;
using StocksDapr.Collector.Parts;
using StocksDapr.Collector.Runs;
using StocksDapr.Contracts.Messages;

namespace StocksDapr.Collector.EndOfDay;

/// <summary>
/// Workflow: closes a session. Fetches all its bars once more, for corrections; waits until they are stored; checks by the calendar that each is
/// there; asks again for what is missing, a few times and ever later; and sums up.
/// </summary>
internal sealed class CloseSession : Workflow<CloseInput, string>
{
    private const int Concurrency = 4;

    /// <summary>Numbers of steps: a thousand for each round.</summary>
    private const int StepsPerRound = 1_000;

    public override async Task<string> RunAsync(WorkflowContext context, CloseInput input)
    {
        if (input.Progress.BeganAt is null)
        {
            var begun = new RunStarted(
                context.InstanceId, RunKinds.EndOfDay, $"End of {input.Session:yyyy-MM-dd}", RunSteps.Now(context), input.DueAt, RunSteps.Json(new { session = input.Session }));
            if (!await RunSteps.TryBeginAsync(context, input.Ticket, begun))
                return "Another execution closes this session.";
            input = input with { Progress = input.Progress with { BeganAt = RunSteps.Now(context) } };
        }

        try
        {
            return await GoOnAsync(context, input);
        }
        catch (Exception e) when (e is WorkflowTaskFailedException or AggregateException)
        {
            await RunSteps.EndAsync(context, RunOutcome.Failed, e.Message);
            throw;
        }
    }

    private static async Task<string> GoOnAsync(WorkflowContext context, CloseInput input)
    {
        var progress = input.Progress;
        if (progress is { Round: > 0, Next: 0 })
        {
            var wait = PartPatience.Growing(input.HealAfter, progress.Round, factor: 5);
            await WaitAsync(context, progress, wait);
        }

        (progress, var hasMore) = await CollectAsync(context, input);
        if (!hasMore)
            progress = await CheckAsync(context, input, progress);
        if (hasMore || (progress.Check!.Incomplete.Count > 0 && progress.Round <= input.HealAttempts))
        {
            // A new generation, so that the history of a large market stays small.
            context.ContinueAsNew(input with { Progress = progress });
            return "";
        }

        return await SumUpAsync(context, input, progress);
    }

    private static async Task WaitAsync(WorkflowContext context, CloseProgress progress, TimeSpan wait)
    {
        var startedAt = RunSteps.Now(context);
        var step = new RunStep(
            context.InstanceId, $"wait-{progress.Round}", progress.Round * StepsPerRound, "Wait before asking again", startedAt, startedAt,
            Detail: $"Until {startedAt + wait:yyyy-MM-dd HH:mm:ss} UTC.");
        await RunSteps.SayAsync(context, step);
        await context.CreateTimer(startedAt.UtcDateTime + wait, default);
        await RunSteps.SayAsync(context, step with { At = RunSteps.Now(context), EndedAt = RunSteps.Now(context), Outcome = StepOutcome.Completed });
    }

    /// <summary>Collects the next parts of the round, and waits until what they brought is stored.</summary>
    private static async Task<(CloseProgress Progress, bool HasMore)> CollectAsync(WorkflowContext context, CloseInput input)
    {
        var progress = input.Progress;
        var number = (progress.Round * StepsPerRound) + 1 + progress.Next;
        var startedAt = RunSteps.Now(context);
        var plan = await context.CallActivityAsync<ClosePlan>(
            nameof(PlanSession), new ClosePlanOrder(context.InstanceId, input.Session, progress), RunSteps.Patiently);
        var total = progress.Parts + plan.OfRound;
        await RunSteps.SayAsync(context, new RunPlanned(context.InstanceId, total));

        var suffix = progress.Next == 0 ? $"{progress.Round}" : $"{progress.Round}-{progress.Next}";
        var step = new RunStep(
            context.InstanceId, progress.Round == 0 ? $"collect-{suffix}" : $"heal-{suffix}", number, progress.Round == 0 ? "Collect the session" : "Ask again for what is missing",
            startedAt, startedAt, Detail: $"{plan.Parts.Count} requests.");
        await RunSteps.SayAsync(context, step);
        var outcomes = await context.ProcessInParallelAsync(plan.Parts, part => PartCollection.RunAsync(context, part, input.Patience), Concurrency);
        var lacking = outcomes.Count(outcome => !outcome.IsComplete);
        await RunSteps.SayAsync(context, step with
        {
            At = RunSteps.Now(context),
            EndedAt = RunSteps.Now(context),
            Outcome = lacking == 0 ? StepOutcome.Completed : StepOutcome.Incomplete,
            Detail = $"{plan.Parts.Count} requests, {outcomes.Sum(outcome => outcome.Symbols.Sum(symbol => symbol.Bars))} bars{(lacking == 0 ? "" : $"; {lacking} requests lack something")}.",
        });

        var receipts = await StoredAsync(context, suffix, number, outcomes);
        var hasMore = progress.Next + plan.Parts.Count < plan.OfRound;
        return (progress with
        {
            Next = hasMore ? progress.Next + plan.Parts.Count : 0,
            Parts = hasMore ? progress.Parts : total,
            Messages = progress.Messages + plan.Parts.Sum(part => part.Symbols.Count),
            Reasons = Reasons(progress.Reasons, plan.Parts, outcomes, receipts),
            Rows = progress.Rows.With(receipts),
        }, hasMore);
    }

    private static async Task<IReadOnlyList<MessageReceipt>> StoredAsync(WorkflowContext context, string suffix, int number, PartOutcome[] outcomes)
    {
        var sent = outcomes.SelectMany(outcome => outcome.Receipts).Select(receipt => receipt.Number).ToList();
        var unconfirmed = outcomes.Sum(outcome => outcome.Symbols.Count(symbol => symbol.Outcome == SymbolOutcome.Unconfirmed));
        if (sent.Count == 0)
            return [];

        return await RunSteps.RunAsync<IReadOnlyList<MessageReceipt>>(
            context, $"stored-{suffix}", number + 1, "Wait until it is stored", nameof(AwaitStored), new SentMessages(context.InstanceId, sent),
            stored =>
            {
                var rows = new StoredRows(0, 0, 0, 0, 0).With(stored);
                return (unconfirmed == 0 && stored.Count == sent.Count ? StepOutcome.Completed : StepOutcome.Incomplete,
                    $"{rows.Received} bars: {rows.Inserted} new, {rows.Revised} corrected, {rows.Unchanged} unchanged, {rows.Quarantined} in quarantine{(unconfirmed == 0 ? "" : $"; {unconfirmed} messages without receipt")}.");
            });
    }

    private static async Task<CloseProgress> CheckAsync(WorkflowContext context, CloseInput input, CloseProgress progress)
    {
        var check = await RunSteps.RunAsync<SessionCheck>(
            context, $"check-{progress.Round}", (progress.Round * StepsPerRound) + StepsPerRound - 2, "Check completeness", nameof(CheckSession), new CheckOrder(input.Session),
            found => (found.Complete == found.Series ? StepOutcome.Completed : StepOutcome.Incomplete, $"{found.Complete} of {found.Series} series are complete."));
        return progress with { Check = check, Round = progress.Round + 1 };
    }

    private static async Task<string> SumUpAsync(WorkflowContext context, CloseInput input, CloseProgress progress)
    {
        var check = progress.Check!;
        var startedAt = RunSteps.Now(context);
        var incomplete = check.Incomplete.Select(series => series with { Reason = ReasonOf(progress.Reasons, series) }).ToList();
        var detail = $"{check.Complete} of {check.Series} series are complete{(progress.Round == 1 ? "" : $" after asking {progress.Round - 1} times again")}.";
        await RunSteps.SayAsync(context, new RunStep(
            context.InstanceId, "summary", (progress.Round * StepsPerRound) + StepsPerRound - 1, "Sum up", startedAt, startedAt, startedAt,
            incomplete.Count == 0 ? StepOutcome.Completed : StepOutcome.Incomplete, detail,
            Symbols: [.. incomplete.Select(series => new StepSymbol(series.Symbol, SymbolOutcome.Missing, series.Missing, $"{series.Interval}: {series.Reason}"))]));
        return await RunSteps.EndAsync(
            context, RunOutcome.Completed, detail,
            new
            {
                session = input.Session,
                series = check.Series,
                complete = check.Complete,
                incomplete,
                rows = progress.Rows,
                requests = progress.Parts,
                seconds = (startedAt - progress.BeganAt!.Value).TotalSeconds,
            });
    }

    /// <summary>Keeps of each series the newest reason why it may lack something; nothing of those that lack nothing.</summary>
    private static List<SeriesReason> Reasons(
        IReadOnlyList<SeriesReason> known, IReadOnlyList<CollectPart> parts, PartOutcome[] outcomes, IReadOnlyList<MessageReceipt> receipts)
    {
        var quarantined = receipts.Where(receipt => receipt.Quarantined > 0).ToDictionary(receipt => receipt.Number, receipt => receipt.Quarantined);
        var reasons = known.ToDictionary(reason => (reason.Market, reason.Interval, reason.Symbol));
        foreach (var (part, outcome) in parts.Zip(outcomes))
        {
            foreach (var (wanted, became) in part.Symbols.Zip(outcome.Symbols))
            {
                var key = (part.Market, part.Interval, wanted.Symbol);
                if (became.Detail is not null)
                    reasons[key] = new SeriesReason(part.Market, part.Interval, wanted.Symbol, became.Detail);
                else if (quarantined.TryGetValue(wanted.Message, out var bars))
                    reasons[key] = new SeriesReason(part.Market, part.Interval, wanted.Symbol, $"{bars} bars are in quarantine.");
                else
                    reasons.Remove(key);
            }
        }

        return [.. reasons.Values];
    }

    private static string ReasonOf(IReadOnlyList<SeriesReason> reasons, IncompleteSeries series) =>
        reasons.FirstOrDefault(reason => (reason.Market, reason.Interval, reason.Symbol) == (series.Market, series.Interval, series.Symbol))?.Reason
        ?? "No provider has them.";
}
