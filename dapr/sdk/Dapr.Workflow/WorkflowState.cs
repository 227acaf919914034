using Dapr.Workflow.Client;

namespace Dapr.Workflow;

/// <summary>How an instance stood when it was asked for.</summary>
public sealed class WorkflowState
{
    private readonly WorkflowMetadata? _metadata;

    internal WorkflowState(WorkflowMetadata? metadata) => _metadata = metadata;

    /// <summary>The workflow's name; null when there is no such instance.</summary>
    public string? WorkflowName => _metadata?.Name;

    /// <summary>Whether there is such an instance.</summary>
    public bool Exists => _metadata is not null;

    /// <summary>Whether it is <see cref="WorkflowRuntimeStatus.Running"/>.</summary>
    public bool IsWorkflowRunning => RuntimeStatus == WorkflowRuntimeStatus.Running;

    /// <summary>Whether it has ended: completed, failed or terminated.</summary>
    public bool IsWorkflowCompleted =>
        RuntimeStatus is WorkflowRuntimeStatus.Completed or WorkflowRuntimeStatus.Failed or WorkflowRuntimeStatus.Terminated;

    /// <summary>When it was started, in UTC.</summary>
    public DateTimeOffset CreatedAt => _metadata?.CreatedAt ?? default;

    /// <summary>When something last happened to it, in UTC.</summary>
    public DateTimeOffset LastUpdatedAt => _metadata?.LastUpdatedAt ?? default;

    /// <summary>Where it is in its life; <see cref="WorkflowRuntimeStatus.Unknown"/> when there is no such instance.</summary>
    public WorkflowRuntimeStatus RuntimeStatus => _metadata?.RuntimeStatus ?? WorkflowRuntimeStatus.Unknown;

    /// <summary>Why it failed; null unless it did, and unless payloads were asked for.</summary>
    public WorkflowTaskFailureDetails? FailureDetails => _metadata?.FailureDetails;

    /// <summary>The input; the type's default when there is none, and unless payloads were asked for.</summary>
    public T? ReadInputAs<T>() => Read<T>(_metadata?.Input);

    /// <summary>The result; the type's default when there is none, and unless payloads were asked for.</summary>
    public T? ReadOutputAs<T>() => Read<T>(_metadata?.Output);

    /// <summary>What the workflow said of itself; the type's default when there is nothing, and unless payloads were asked for.</summary>
    public T? ReadCustomStatusAs<T>() => Read<T>(_metadata?.CustomStatus);

    private T? Read<T>(string? text) => _metadata is null || string.IsNullOrEmpty(text) ? default : _metadata.Serializer.Deserialize<T>(text);
}
