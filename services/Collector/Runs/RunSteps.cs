using System.Text.Json;
using Dapr.Workflow;
using StocksDapr.Contracts.Json;
using StocksDapr.Contracts.Messages;

namespace StocksDapr.Collector.Runs;

/// <summary>Workflow code that all kinds of runs share: their beginning, their steps, their end.</summary>
internal static class RunSteps
{
    /// <summary>
    /// For activities that fail only when something that they need is away: a service that restarts, a broker, the state store. About an
    /// hour, with durable pauses that grow to half a minute.
    /// </summary>
    public static readonly WorkflowTaskOptions Patiently = new(new WorkflowRetryPolicy(
        maxNumberOfAttempts: 130, firstRetryInterval: TimeSpan.FromMilliseconds(500), backoffCoefficient: 1.5, maxRetryInterval: TimeSpan.FromSeconds(30)));

    /// <summary>The workflow's own time, the same in every replay.</summary>
    public static DateTimeOffset Now(WorkflowContext context) => new(DateTime.SpecifyKind(context.CurrentUtcDateTime, DateTimeKind.Utc));

    /// <summary>
    /// Claims the run for this execution and announces it. False when another execution has it: of two replicas that start the same run one after
    /// the other, Dapr lets the second start it anew once the first execution has ended.
    /// </summary>
    /// <param name="ticket">Names the execution: each attempt to schedule the workflow has a ticket of its own in its input.</param>
    public static Task<bool> TryBeginAsync(WorkflowContext context, string ticket, RunStarted started, int? parts = null) =>
        context.CallActivityAsync<bool>(nameof(BeginRun), new RunClaim(ticket, started, parts), Patiently);

    /// <summary>Announces something.</summary>
    public static Task SayAsync(WorkflowContext context, RunEvent happened) =>
        context.CallActivityAsync(nameof(AnnounceRun), new Announcement(happened), Patiently);

    /// <summary>Calls an activity as a step of the run: its beginning and its end are announced, and what went wrong.</summary>
    /// <param name="describe">Makes a sentence of the result.</param>
    /// <exception cref="WorkflowTaskFailedException">The activity failed in its last attempt; that is announced.</exception>
    public static async Task<T> RunAsync<T>(
        WorkflowContext context, string step, int number, string name, string activity, object input, Func<T, (StepOutcome Outcome, string Detail)> describe)
    {
        var startedAt = Now(context);
        var begun = new RunStep(context.InstanceId, step, number, name, startedAt, startedAt);
        await SayAsync(context, begun);
        try
        {
            var result = await context.CallActivityAsync<T>(activity, input, Patiently);
            var (outcome, detail) = describe(result);
            await SayAsync(context, begun with { At = Now(context), EndedAt = Now(context), Outcome = outcome, Detail = detail });
            return result;
        }
        catch (WorkflowTaskFailedException e)
        {
            await SayAsync(context, begun with { At = Now(context), EndedAt = Now(context), Outcome = StepOutcome.Failed, Detail = e.FailureDetails.ErrorMessage });
            throw;
        }
    }

    /// <summary>Announces the end of the run.</summary>
    /// <returns>The detail, for the workflow's own result.</returns>
    public static async Task<string> EndAsync(WorkflowContext context, RunOutcome outcome, string detail, object? summary = null)
    {
        await SayAsync(context, new RunEnded(context.InstanceId, Now(context), outcome, detail, summary is null ? null : Json(summary)));
        return detail;
    }

    public static JsonElement Json<T>(T value) => JsonSerializer.SerializeToElement(value, value!.GetType(), ContractsJson.Options);
}
