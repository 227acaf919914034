namespace Dapr.Workflow;

/// <summary>An activity or a child workflow that a workflow waited for has failed.</summary>
public class WorkflowTaskFailedException(string message, WorkflowTaskFailureDetails failureDetails) : Exception(message)
{
    /// <summary>What the activity or the child said about it.</summary>
    public WorkflowTaskFailureDetails FailureDetails { get; } = failureDetails ?? throw new ArgumentNullException(nameof(failureDetails));
}
