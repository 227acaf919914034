using Dapr.Workflow.Client;

namespace Dapr.Workflow;

/// <inheritdoc cref="IDaprWorkflowClient"/>
public sealed class DaprWorkflowClient : IDaprWorkflowClient
{
    private readonly TaskHubWorkflows _workflows;

    internal DaprWorkflowClient(TaskHubWorkflows workflows) => _workflows = workflows;

    /// <inheritdoc/>
    public Task<string> ScheduleNewWorkflowAsync(string name, string? instanceId = null, object? input = null) =>
        ScheduleNewWorkflowAsync(name, instanceId, input, default(DateTimeOffset?), CancellationToken.None);

    /// <inheritdoc/>
    public Task<string> ScheduleNewWorkflowAsync(string name, string? instanceId, object? input, DateTime? startTime) =>
        ScheduleNewWorkflowAsync(name, instanceId, input, startTime is { } time ? new DateTimeOffset(time) : default(DateTimeOffset?), CancellationToken.None);

    /// <inheritdoc/>
    public Task<string> ScheduleNewWorkflowAsync(
        string name, string? instanceId, object? input, DateTimeOffset? startTime, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return _workflows.StartAsync(name, instanceId, input, startTime, cancellation);
    }

    /// <inheritdoc/>
    public async Task<WorkflowState> GetWorkflowStateAsync(string instanceId, bool getInputsAndOutputs = true, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        return new WorkflowState(await _workflows.GetAsync(instanceId, getInputsAndOutputs, cancellation).ConfigureAwait(false));
    }

    /// <inheritdoc/>
    public async Task<WorkflowState> WaitForWorkflowStartAsync(string instanceId, bool getInputsAndOutputs = true, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        return new WorkflowState(await _workflows.WaitForStartAsync(instanceId, getInputsAndOutputs, cancellation).ConfigureAwait(false));
    }

    /// <inheritdoc/>
    public async Task<WorkflowState> WaitForWorkflowCompletionAsync(string instanceId, bool getInputsAndOutputs = true, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        // Waits without payloads: they can be large, and each repetition of the wait would bring them again.
        var metadata = await _workflows.WaitForCompletionAsync(instanceId, cancellation).ConfigureAwait(false);
        if (getInputsAndOutputs)
            metadata = await _workflows.GetAsync(instanceId, payloads: true, cancellation).ConfigureAwait(false) ?? metadata;
        return new WorkflowState(metadata);
    }

    /// <inheritdoc/>
    public Task RaiseEventAsync(string instanceId, string eventName, object? eventPayload = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        ArgumentException.ThrowIfNullOrEmpty(eventName);
        return _workflows.RaiseEventAsync(instanceId, eventName, eventPayload, cancellation);
    }

    /// <inheritdoc/>
    public Task TerminateWorkflowAsync(string instanceId, object? output = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        return _workflows.TerminateAsync(instanceId, output, cancellation);
    }

    /// <inheritdoc/>
    public Task SuspendWorkflowAsync(string instanceId, string? reason = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        return _workflows.SuspendAsync(instanceId, reason, cancellation);
    }

    /// <inheritdoc/>
    public Task ResumeWorkflowAsync(string instanceId, string? reason = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        return _workflows.ResumeAsync(instanceId, reason, cancellation);
    }

    /// <inheritdoc/>
    public Task<bool> PurgeInstanceAsync(string instanceId, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        return _workflows.PurgeAsync(instanceId, cancellation);
    }

    /// <inheritdoc/>
    public Task<WorkflowInstancePage> ListInstanceIdsAsync(string? continuationToken = null, int? pageSize = null, CancellationToken cancellation = default)
    {
        if (pageSize is { } size)
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(size, nameof(pageSize));
        return _workflows.ListAsync(continuationToken, pageSize, cancellation);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<WorkflowHistoryEvent>> GetInstanceHistoryAsync(string instanceId, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        return _workflows.GetHistoryAsync(instanceId, cancellation);
    }

    /// <inheritdoc/>
    public Task<string> RerunWorkflowFromEventAsync(
        string sourceInstanceId, uint eventId, RerunWorkflowFromEventOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(sourceInstanceId);
        if (options is { Input: not null, OverwriteInput: false })
            throw new ArgumentException($"{nameof(RerunWorkflowFromEventOptions.Input)} is set, so {nameof(RerunWorkflowFromEventOptions.OverwriteInput)} must be true", nameof(options));
        return _workflows.RerunAsync(sourceInstanceId, eventId, options, cancellation);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public void Dispose() => _workflows.Dispose();
}
