namespace Dapr.Workflow;

/// <summary>How a child workflow is called.</summary>
/// <param name="InstanceId">The child's id; null for one that is derived from the parent's.</param>
/// <param name="RetryPolicy">Whether and when a failed child is run again; null for never.</param>
/// <param name="TargetAppId">The application that runs it; null for the parent's own.</param>
/// <param name="PropagationScope">How much of the parent's history it is given.</param>
public record ChildWorkflowTaskOptions(
    string? InstanceId = null,
    WorkflowRetryPolicy? RetryPolicy = null,
    string? TargetAppId = null,
    HistoryPropagationScope PropagationScope = HistoryPropagationScope.None)
    : WorkflowTaskOptions(RetryPolicy, TargetAppId, PropagationScope)
{
    /// <summary>The same options with another scope.</summary>
    public new ChildWorkflowTaskOptions WithHistoryPropagation(HistoryPropagationScope scope) => this with { PropagationScope = scope };
}
