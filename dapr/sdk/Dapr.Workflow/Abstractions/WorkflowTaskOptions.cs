namespace Dapr.Workflow;

/// <summary>How an activity is called.</summary>
/// <param name="RetryPolicy">Whether and when a failed call is repeated; null for never.</param>
/// <param name="TargetAppId">The application that runs it; null for the workflow's own.</param>
/// <param name="PropagationScope">How much of the caller's history it is given.</param>
public record WorkflowTaskOptions(
    WorkflowRetryPolicy? RetryPolicy = null,
    string? TargetAppId = null,
    HistoryPropagationScope PropagationScope = HistoryPropagationScope.None)
{
    /// <summary>The same options with another scope.</summary>
    public WorkflowTaskOptions WithHistoryPropagation(HistoryPropagationScope scope) => this with { PropagationScope = scope };
}
