using Dapr.Workflow;

namespace StocksDapr.Collector.Runs;

/// <summary>Asks the sidecar's task hub.</summary>
internal sealed class WorkflowRuns(DaprWorkflowClient client, TimeProvider time) : IWorkflowRuns
{
    /// <summary>The task hub holds a call back until a worker is there, or until a workflow has reached the state that is asked for.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public async Task<bool> EnsureAsync(string workflow, string id, object input, CancellationToken cancellationToken)
    {
        if (await FindAsync(id, cancellationToken) is not null)
            return false;

        try
        {
            return await CallAsync(
                async cancellation =>
                {
                    await client.ScheduleNewWorkflowAsync(workflow, id, input, default(DateTimeOffset?), cancellation);
                    return true;
                },
                cancellationToken);
        }
        catch (TaskHubException)
        {
            // Another replica was first, or the answer was lost: both are well if it is there.
            if (await FindAsync(id, cancellationToken) is not null)
                return false;
            throw;
        }
    }

    public Task<RunOfWorkflow?> FindAsync(string id, CancellationToken cancellationToken) => CallAsync(
        async cancellation =>
        {
            var state = await client.GetWorkflowStateAsync(id, getInputsAndOutputs: true, cancellation);
            return state.Exists ? new RunOfWorkflow(state.RuntimeStatus, state.LastUpdatedAt, state.FailureDetails?.ErrorMessage) : null;
        },
        cancellationToken);

    public Task SuspendAsync(string id, CancellationToken cancellationToken) =>
        CallAsync(cancellation => client.SuspendWorkflowAsync(id, cancellation: cancellation), cancellationToken);

    public Task ResumeAsync(string id, CancellationToken cancellationToken) =>
        CallAsync(cancellation => client.ResumeWorkflowAsync(id, cancellation: cancellation), cancellationToken);

    public Task TerminateAsync(string id, CancellationToken cancellationToken) =>
        CallAsync(cancellation => client.TerminateWorkflowAsync(id, cancellation: cancellation), cancellationToken);

    private Task<bool> CallAsync(Func<CancellationToken, Task> call, CancellationToken cancellationToken) => CallAsync(
        async cancellation =>
        {
            await call(cancellation);
            return true;
        },
        cancellationToken);

    /// <summary>The client's own errors are of one package or of another, depending on whose SDK it is; here they are of one type.</summary>
    private async Task<T> CallAsync<T>(Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            return await call(linked.Token);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TaskHubException(patience.IsCancellationRequested ? $"The task hub did not answer within {Patience.TotalSeconds:0} s." : e.Message, e);
        }
    }
}
