using Dapr.Common.Serialization;

namespace Dapr.Workflow.Client;

/// <summary>What the sidecar said about an instance. Payloads are null when there are none, and when they were not asked for.</summary>
internal sealed record WorkflowMetadata(
    string Name,
    WorkflowRuntimeStatus RuntimeStatus,
    DateTimeOffset CreatedAt,
    DateTimeOffset LastUpdatedAt,
    string? Input,
    string? Output,
    string? CustomStatus,
    WorkflowTaskFailureDetails? FailureDetails,
    IDaprSerializer Serializer);
