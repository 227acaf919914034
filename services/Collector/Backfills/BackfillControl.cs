using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Dapr;
using Dapr.Workflow;
using StocksDapr.Collector.Collection;
using StocksDapr.Collector.Runs;
using StocksDapr.Contracts.Messages;
using StocksDapr.ServiceDefaults.Http;

namespace StocksDapr.Collector.Backfills;

/// <summary>
/// Starts, pauses, resumes and cancels backfills: each is a workflow, and the workflow decides what it may still be told. What has been done is announced as well,
/// so that it can be read; where that is lost, <see cref="RunWatch"/> makes it good.
/// </summary>
internal sealed class BackfillControl(IWorkflowRuns workflows, IRunClaims claims, IOpenRuns runs, RunAnnouncer announcer, TimeProvider time, ILogger<BackfillControl> logger)
{
    private const string Prefix = "backfill-";
    private const int MaxId = 64;

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);

    /// <summary>How long to wait for the state store.</summary>
    private static readonly TimeSpan ClaimPatience = TimeSpan.FromSeconds(10);

    /// <summary>What was asked for has been done by then: whoever asked does not wait for a broker that is away.</summary>
    private static readonly TimeSpan AnnouncePatience = TimeSpan.FromSeconds(2);

    private static readonly SearchValues<char> Allowed = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    /// <summary>Starts a backfill, unless one of that id has been started before.</summary>
    /// <param name="idempotencyKey">Belongs to the first backfill that was asked for with it; null for none.</param>
    /// <param name="id">The backfill's id; with a key a function of the key and of the order.</param>
    /// <param name="order">What is to be fetched.</param>
    /// <param name="path">Of receipts; the id follows.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<IResult> StartAsync(
        string? idempotencyKey, string id, BackfillOrder order, string path, CancellationToken cancellationToken) => ReachAsync(id, async () =>
    {
        if (idempotencyKey is not null && !await TryClaimAsync(idempotencyKey, id, cancellationToken))
        {
            return ApiProblem.Conflict(
                "idempotency_key_used", "The Idempotency-Key belongs to a backfill with another body. Send this one with a key of its own, or that one with the body it had.");
        }

        var state = "running";
        if (await workflows.EnsureAsync(nameof(RunBackfill), id, order, cancellationToken))
            logger.BackfillAccepted(id, order.Symbols.Count, order.Parts);
        else if (await workflows.FindAsync(id, cancellationToken) is { } known)
            state = known.HasEnded && await runs.FindStateAsync(id, cancellationToken) is { } ended ? ended : StateOf(known.Status);
        return TypedResults.Accepted(path + id, new BackfillAccepted(id, state, order.Parts));
    });

    public Task<IResult> PauseAsync(string id, CancellationToken cancellationToken) => ChangeAsync(id, "paused", async workflow =>
    {
        if (workflow.HasEnded)
            return false;
        if (workflow.Status != WorkflowRuntimeStatus.Suspended)
            await workflows.SuspendAsync(id, cancellationToken);
        await AnnounceAsync(new RunStateChanged(id, RunState.Paused, time.GetUtcNow()), cancellationToken);
        return true;
    }, cancellationToken);

    public Task<IResult> ResumeAsync(string id, CancellationToken cancellationToken) => ChangeAsync(id, "running", async workflow =>
    {
        if (workflow.HasEnded)
            return false;
        if (workflow.Status == WorkflowRuntimeStatus.Suspended)
            await workflows.ResumeAsync(id, cancellationToken);
        await AnnounceAsync(new RunStateChanged(id, RunState.Running, time.GetUtcNow()), cancellationToken);
        return true;
    }, cancellationToken);

    public Task<IResult> CancelAsync(string id, CancellationToken cancellationToken) => ChangeAsync(id, "cancelled", async workflow =>
    {
        if (workflow.HasEnded && workflow.Status != WorkflowRuntimeStatus.Terminated)
            return false;
        if (!workflow.HasEnded)
            await workflows.TerminateAsync(id, cancellationToken);

        // It may have ended by itself just before.
        if (await workflows.FindAsync(id, cancellationToken) is not { Status: WorkflowRuntimeStatus.Terminated } ended)
            return false;
        await AnnounceAsync(new RunEnded(id, ended.ChangedAt, RunOutcome.Cancelled, "Somebody cancelled it.", Observed: true), cancellationToken);
        return true;
    }, cancellationToken);

    private Task<IResult> ChangeAsync(string id, string state, Func<RunOfWorkflow, Task<bool>> changeAsync, CancellationToken cancellationToken) => ReachAsync(id, async () =>
    {
        if (!IsId(id))
            return Unknown(id);

        var workflow = await workflows.FindAsync(id, cancellationToken);
        if (workflow is not null && await changeAsync(workflow))
            return TypedResults.Ok(new BackfillAccepted(id, state));

        // Workflows are forgotten some time after their end; Query knows longer.
        var known = await runs.FindStateAsync(id, cancellationToken);
        return known is null && workflow is null ? Unknown(id)
            : known == state ? TypedResults.Ok(new BackfillAccepted(id, state))
            : ApiProblem.Conflict("backfill_ended", $"The backfill has ended{(known is null or "running" or "paused" ? "" : $": it is {known}")}; ask for another one with POST /api/v1/backfills.");
    });

    private async Task<bool> TryClaimAsync(string idempotencyKey, string id, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(ClaimPatience, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            return await claims.TryClaimAsync($"{Prefix}key-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(idempotencyKey)))}", id, linked.Token);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested && (e is DaprException or HttpRequestException or OperationCanceledException))
        {
            throw new TaskHubException("The state store did not take the Idempotency-Key: " + e.Message, e);
        }
    }

    /// <summary>Announces what has been done; when that is not possible now, <see cref="RunWatch"/> finds it out.</summary>
    private async Task AnnounceAsync(RunEvent happened, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(AnnouncePatience, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            await announcer.SayAsync(happened, linked.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            logger.BackfillNotAnnounced(happened.RunId);
        }
    }

    private async Task<IResult> ReachAsync(string id, Func<Task<IResult>> act)
    {
        try
        {
            return await act();
        }
        catch (Exception e) when (e is TaskHubException or StoredBarsUnknownException)
        {
            logger.BackfillNotReached(id, e.Message);
            return ApiProblem.Unavailable(
                "workflows_unavailable", "The workflow engine does not answer now. Whether it has heard of this is not known; send it again, a new backfill with an Idempotency-Key.", Soon);
        }
    }

    private static string StateOf(WorkflowRuntimeStatus status) => status switch
    {
        WorkflowRuntimeStatus.Suspended => "paused",
        WorkflowRuntimeStatus.Completed => "completed",
        WorkflowRuntimeStatus.Failed => "failed",
        WorkflowRuntimeStatus.Terminated or WorkflowRuntimeStatus.Canceled => "cancelled",
        _ => "running",
    };

    private static bool IsId(string id) => id.StartsWith(Prefix, StringComparison.Ordinal) && id.Length <= MaxId && !id.AsSpan().ContainsAnyExcept(Allowed);

    private static IResult Unknown(string id) =>
        ApiProblem.NotFound("unknown_backfill", $"There is no backfill '{(id.Length <= 40 ? id : $"{id[..40]}…")}'; GET /api/v1/backfills lists those that there are.");
}
