namespace Dapr.Workflow.Client;

/// <summary>Some of the instance ids.</summary>
/// <param name="InstanceIds">The ids.</param>
/// <param name="ContinuationToken">For the next page; null when this is the last.</param>
public sealed record WorkflowInstancePage(IReadOnlyList<string> InstanceIds, string? ContinuationToken);
