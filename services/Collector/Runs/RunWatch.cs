using Dapr.Workflow;
using StocksDapr.Contracts.Messages;

namespace StocksDapr.Collector.Runs;

/// <summary>
/// Ends the runs that could not say so themselves: a workflow that was terminated, or that failed as no code foresees, or whose state is gone.
/// Compares the runs that Query calls open with their workflows, from time to time and in every replica; what it says twice counts once.
/// </summary>
internal sealed class RunWatch(
    IOpenRuns openRuns, IWorkflowRuns workflows, RunAnnouncer announcer, TimeProvider time, ILogger<RunWatch> logger) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(30);

    /// <summary>What a workflow said last may still be on its way.</summary>
    private static readonly TimeSpan OnItsWay = TimeSpan.FromSeconds(20);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await LookAsync(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                // The next look is soon.
                logger.RunsNotWatched(e.Message);
            }
        }
    }

    /// <summary>Looks once.</summary>
    internal async Task LookAsync(CancellationToken cancellationToken)
    {
        foreach (var run in await openRuns.GetAsync(cancellationToken))
        {
            var workflow = await workflows.FindAsync(run.Id, cancellationToken);
            var changedAt = workflow?.ChangedAt ?? run.StartedAt;
            if (time.GetUtcNow() - changedAt >= OnItsWay && WhatToSay(run, workflow) is { } happened)
            {
                logger.RunFoundEnded(run.Id, happened is RunEnded ended ? ended.Outcome.ToString() : "changed");
                await announcer.SayAsync(happened, cancellationToken);
            }
        }
    }

    private RunEvent? WhatToSay(OpenRun run, RunOfWorkflow? workflow) => workflow switch
    {
        null => new RunEnded(run.Id, time.GetUtcNow(), RunOutcome.Failed, "Its workflow does not exist any more.", Observed: true),
        { Status: WorkflowRuntimeStatus.Failed } => new RunEnded(run.Id, workflow.ChangedAt, RunOutcome.Failed, workflow.Failure ?? "Its workflow failed.", Observed: true),
        { Status: WorkflowRuntimeStatus.Terminated or WorkflowRuntimeStatus.Canceled } =>
            new RunEnded(run.Id, workflow.ChangedAt, RunOutcome.Cancelled, "Its workflow was terminated.", Observed: true),
        { Status: WorkflowRuntimeStatus.Completed } => new RunEnded(run.Id, workflow.ChangedAt, RunOutcome.Completed, "Its workflow has ended.", Observed: true),
        { Status: WorkflowRuntimeStatus.Suspended } when !run.IsPaused => new RunStateChanged(run.Id, RunState.Paused, time.GetUtcNow()),
        { Status: WorkflowRuntimeStatus.Running } when run.IsPaused => new RunStateChanged(run.Id, RunState.Running, time.GetUtcNow()),
        _ => null,
    };
}
