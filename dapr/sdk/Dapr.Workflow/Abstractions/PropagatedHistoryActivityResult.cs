namespace Dapr.Workflow;

/// <summary>An activity that a workflow further up has called.</summary>
/// <param name="Name">The activity's name.</param>
/// <param name="Status">How far it got.</param>
/// <param name="Input">As it was serialized.</param>
/// <param name="Output">As it was serialized; null unless it completed.</param>
/// <param name="FailureDetails">Null unless it failed.</param>
public sealed record PropagatedHistoryActivityResult(
    string Name,
    PropagatedHistoryStatus Status,
    string? Input,
    string? Output,
    WorkflowTaskFailureDetails? FailureDetails);
