namespace Dapr.Workflow;

/// <summary>A child that a workflow further up has called.</summary>
/// <param name="Name">The child workflow's name.</param>
/// <param name="Status">How far it got.</param>
/// <param name="Output">As it was serialized; null unless it completed.</param>
/// <param name="FailureDetails">Null unless it failed.</param>
public sealed record PropagatedHistoryWorkflowResult(
    string Name,
    PropagatedHistoryStatus Status,
    string? Output,
    WorkflowTaskFailureDetails? FailureDetails);
