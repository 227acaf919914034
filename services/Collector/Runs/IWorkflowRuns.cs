using Dapr.Workflow;

namespace StocksDapr.Collector.Runs;

/// <summary>The workflows behind runs; the seam between Collector and the sidecar's task hub.</summary>
/// <exception cref="TaskHubException">Thrown by every method when the task hub does not do as it is asked, or not in time.</exception>
internal interface IWorkflowRuns
{
    /// <summary>Schedules a workflow unless its id exists, ended or not. Whether this call was the one that did it.</summary>
    /// <remarks>Two replicas may both be the one, one after the other; then the workflow itself finds out (<see cref="RunClaims"/>).</remarks>
    Task<bool> EnsureAsync(string workflow, string id, object input, CancellationToken cancellationToken);

    /// <summary>How it stands; null if there is no such workflow.</summary>
    Task<RunOfWorkflow?> FindAsync(string id, CancellationToken cancellationToken);

    Task SuspendAsync(string id, CancellationToken cancellationToken);

    Task ResumeAsync(string id, CancellationToken cancellationToken);

    Task TerminateAsync(string id, CancellationToken cancellationToken);
}

/// <summary>How a workflow stands.</summary>
/// <param name="ChangedAt">When something last happened to it, UTC.</param>
/// <param name="Failure">Why it failed.</param>
internal sealed record RunOfWorkflow(WorkflowRuntimeStatus Status, DateTimeOffset ChangedAt, string? Failure)
{
    public bool HasEnded =>
        Status is WorkflowRuntimeStatus.Completed or WorkflowRuntimeStatus.Failed or WorkflowRuntimeStatus.Terminated or WorkflowRuntimeStatus.Canceled;
}

/// <summary>The sidecar's task hub did not do as it was asked, or not in time.</summary>
internal sealed class TaskHubException(string message, Exception? innerException = null) : Exception(message, innerException);
