using Dapr.Common;
using Dapr.Workflow.Client;

namespace Dapr.Workflow;

/// <summary>Starts workflow instances and steers them. What the sidecar refuses is thrown as an exception that names its status.</summary>
public interface IDaprWorkflowClient : IDaprClient, IAsyncDisposable
{
    /// <summary>Starts an instance and waits until the sidecar has it, and a worker has run its first turn.</summary>
    /// <param name="name">The name that the workflow is registered with.</param>
    /// <param name="instanceId">The instance's id; null for a new one. An instance of that id must not be under way.</param>
    /// <param name="input">To be serialized; null for none.</param>
    /// <returns>The instance's id.</returns>
    Task<string> ScheduleNewWorkflowAsync(string name, string? instanceId = null, object? input = null);

    /// <param name="name">The name that the workflow is registered with.</param>
    /// <param name="instanceId">The instance's id; null for a new one.</param>
    /// <param name="input">To be serialized; null for none.</param>
    /// <param name="startTime">When to begin; local time unless it says otherwise. Null for at once.</param>
    /// <inheritdoc cref="ScheduleNewWorkflowAsync(string, string?, object?)"/>
    Task<string> ScheduleNewWorkflowAsync(string name, string? instanceId, object? input, DateTime? startTime);

    /// <param name="name">The name that the workflow is registered with.</param>
    /// <param name="instanceId">The instance's id; null for a new one.</param>
    /// <param name="input">To be serialized; null for none.</param>
    /// <param name="startTime">When to begin; null for at once.</param>
    /// <param name="cancellation">Ends the call, not the instance.</param>
    /// <inheritdoc cref="ScheduleNewWorkflowAsync(string, string?, object?)"/>
    Task<string> ScheduleNewWorkflowAsync(string name, string? instanceId, object? input, DateTimeOffset? startTime, CancellationToken cancellation = default);

    /// <summary>How an instance stands.</summary>
    /// <param name="instanceId">The instance.</param>
    /// <param name="getInputsAndOutputs">Whether payloads and failure are wanted too.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>A state that does not <see cref="WorkflowState.Exists"/> for an unknown id.</returns>
    Task<WorkflowState> GetWorkflowStateAsync(string instanceId, bool getInputsAndOutputs = true, CancellationToken cancellation = default);

    /// <summary>Waits until an instance has begun; goes on waiting while the sidecar is away.</summary>
    /// <inheritdoc cref="GetWorkflowStateAsync"/>
    /// <exception cref="InvalidOperationException">There is no such instance.</exception>
    Task<WorkflowState> WaitForWorkflowStartAsync(string instanceId, bool getInputsAndOutputs = true, CancellationToken cancellation = default);

    /// <summary>Waits until an instance has ended; goes on waiting while the sidecar is away.</summary>
    /// <inheritdoc cref="GetWorkflowStateAsync"/>
    /// <exception cref="InvalidOperationException">There is no such instance.</exception>
    Task<WorkflowState> WaitForWorkflowCompletionAsync(string instanceId, bool getInputsAndOutputs = true, CancellationToken cancellation = default);

    /// <summary>Raises an event. The instance keeps it until it is waited for.</summary>
    /// <param name="instanceId">The instance.</param>
    /// <param name="eventName">The event's name.</param>
    /// <param name="eventPayload">To be serialized; null for none.</param>
    /// <param name="cancellation">Ends the call.</param>
    Task RaiseEventAsync(string instanceId, string eventName, object? eventPayload = null, CancellationToken cancellation = default);

    /// <summary>Ends an instance and its children. Activities that are under way go on; their results are dropped.</summary>
    /// <param name="instanceId">The instance.</param>
    /// <param name="output">The result that it ends with, to be serialized; null for none.</param>
    /// <param name="cancellation">Ends the call.</param>
    Task TerminateWorkflowAsync(string instanceId, object? output = null, CancellationToken cancellation = default);

    /// <summary>Halts an instance until it is resumed.</summary>
    /// <param name="instanceId">The instance.</param>
    /// <param name="reason">For the history.</param>
    /// <param name="cancellation">Ends the call.</param>
    Task SuspendWorkflowAsync(string instanceId, string? reason = null, CancellationToken cancellation = default);

    /// <summary>Lets a suspended instance go on.</summary>
    /// <param name="instanceId">The instance.</param>
    /// <param name="reason">For the history.</param>
    /// <param name="cancellation">Ends the call.</param>
    Task ResumeWorkflowAsync(string instanceId, string? reason = null, CancellationToken cancellation = default);

    /// <summary>Forgets an instance that has ended, and its children.</summary>
    /// <param name="instanceId">The instance.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>Whether something was deleted.</returns>
    Task<bool> PurgeInstanceAsync(string instanceId, CancellationToken cancellation = default);

    /// <summary>Lists instances.</summary>
    /// <param name="continuationToken">From the page before; null for the first.</param>
    /// <param name="pageSize">More than zero; null for the sidecar's choice.</param>
    /// <param name="cancellation">Ends the call.</param>
    Task<WorkflowInstancePage> ListInstanceIdsAsync(string? continuationToken = null, int? pageSize = null, CancellationToken cancellation = default);

    /// <summary>An instance's history, from its beginning or from when it last continued as new.</summary>
    Task<IReadOnlyList<WorkflowHistoryEvent>> GetInstanceHistoryAsync(string instanceId, CancellationToken cancellation = default);

    /// <summary>Begins a new instance with the history of another up to one of its events, and runs that event again.</summary>
    /// <param name="sourceInstanceId">The other instance; it must have ended.</param>
    /// <param name="eventId">The number of the activity, timer or child in its history.</param>
    /// <param name="options">The new instance's id and another input.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <returns>The new instance's id.</returns>
    Task<string> RerunWorkflowFromEventAsync(string sourceInstanceId, uint eventId, RerunWorkflowFromEventOptions? options = null, CancellationToken cancellation = default);
}
