using System.Diagnostics;
using Dapr.Common.Serialization;
using Dapr.Workflow.Grpc;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Logging;
using StocksDapr.Protocol.Grpc;
using StocksDapr.Protocol.TaskHub;

namespace Dapr.Workflow.Client;

/// <summary>The calls of <see cref="DaprWorkflowClient"/>, in the task hub's words.</summary>
internal sealed class TaskHubWorkflows(TaskHub hub, IDaprSerializer serializer, ILogger logger, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan FirstWaitRetryDelay = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestWaitRetryDelay = TimeSpan.FromSeconds(15);

    public async Task<string> StartAsync(string name, string? instanceId, object? input, DateTimeOffset? startAt, CancellationToken cancellationToken)
    {
        var request = new CreateInstanceRequest
        {
            InstanceId = instanceId ?? Guid.NewGuid().ToString(),
            Name = name,
            Input = Serialize(input),
            ScheduledStartTimestamp = startAt is { } time ? Timestamp.FromDateTimeOffset(time) : null,
            ParentTraceContext = CurrentTrace(),
        };
        var response = await hub.StartInstanceAsync(request, cancellationToken).ConfigureAwait(false);
        return response.InstanceId;
    }

    public async Task<WorkflowMetadata?> GetAsync(string instanceId, bool payloads, CancellationToken cancellationToken)
    {
        try
        {
            var request = new GetInstanceRequest { InstanceId = instanceId, GetInputsAndOutputs = payloads };
            var response = await hub.GetInstanceAsync(request, cancellationToken).ConfigureAwait(false);
            return response.Exists ? WorkflowMessages.Metadata(response.WorkflowState, serializer) : null;
        }
        catch (WorkflowRpcException unknown) when (unknown.StatusCode == (int)GrpcStatusCode.NotFound)
        {
            return null;
        }
    }

    public Task<WorkflowMetadata> WaitForStartAsync(string instanceId, bool payloads, CancellationToken cancellationToken) =>
        WaitAsync(hub.WaitForInstanceStartAsync, new GetInstanceRequest { InstanceId = instanceId, GetInputsAndOutputs = payloads }, cancellationToken);

    public Task<WorkflowMetadata> WaitForCompletionAsync(string instanceId, CancellationToken cancellationToken) =>
        WaitAsync(hub.WaitForInstanceCompletionAsync, new GetInstanceRequest { InstanceId = instanceId }, cancellationToken);

    public Task RaiseEventAsync(string instanceId, string name, object? payload, CancellationToken cancellationToken) =>
        hub.RaiseEventAsync(new RaiseEventRequest { InstanceId = instanceId, Name = name, Input = Serialize(payload) }, cancellationToken);

    public Task TerminateAsync(string instanceId, object? output, CancellationToken cancellationToken) =>
        hub.TerminateInstanceAsync(new TerminateRequest { InstanceId = instanceId, Output = Serialize(output), Recursive = true }, cancellationToken);

    public Task SuspendAsync(string instanceId, string? reason, CancellationToken cancellationToken) =>
        hub.SuspendInstanceAsync(new SuspendRequest { InstanceId = instanceId, Reason = reason ?? string.Empty }, cancellationToken);

    public Task ResumeAsync(string instanceId, string? reason, CancellationToken cancellationToken) =>
        hub.ResumeInstanceAsync(new ResumeRequest { InstanceId = instanceId, Reason = reason ?? string.Empty }, cancellationToken);

    public async Task<bool> PurgeAsync(string instanceId, CancellationToken cancellationToken)
    {
        var response = await hub.PurgeInstancesAsync(new PurgeInstancesRequest { InstanceId = instanceId, Recursive = true }, cancellationToken).ConfigureAwait(false);
        return response.DeletedInstanceCount > 0;
    }

    public async Task<WorkflowInstancePage> ListAsync(string? continuationToken, int? pageSize, CancellationToken cancellationToken)
    {
        var request = new ListInstanceIDsRequest();
        if (continuationToken is not null)
            request.ContinuationToken = continuationToken;
        if (pageSize is { } size)
            request.PageSize = (uint)size;
        var response = await hub.ListInstanceIDsAsync(request, cancellationToken).ConfigureAwait(false);
        return new WorkflowInstancePage([.. response.InstanceIds], response.HasContinuationToken ? response.ContinuationToken : null);
    }

    public async Task<IReadOnlyList<WorkflowHistoryEvent>> GetHistoryAsync(string instanceId, CancellationToken cancellationToken)
    {
        var response = await hub.GetInstanceHistoryAsync(new GetInstanceHistoryRequest { InstanceId = instanceId }, cancellationToken).ConfigureAwait(false);
        return [.. response.Events.Select(WorkflowMessages.HistoryEvent)];
    }

    public async Task<string> RerunAsync(string instanceId, uint eventId, RerunWorkflowFromEventOptions? options, CancellationToken cancellationToken)
    {
        var request = new RerunWorkflowFromEventRequest { SourceInstanceID = instanceId, EventID = eventId };
        if (options?.NewInstanceId is { } newId)
            request.NewInstanceID = newId;
        if (options is { OverwriteInput: true })
        {
            request.OverwriteInput = true;
            request.Input = Serialize(options.Input);
        }

        var response = await hub.RerunWorkflowFromEventAsync(request, cancellationToken).ConfigureAwait(false);
        return response.NewInstanceID;
    }

    public void Dispose() => hub.Dispose();

    /// <summary>The sidecar may be restarted while somebody waits: whoever waits for a durable thing wants to go on waiting.</summary>
    private async Task<WorkflowMetadata> WaitAsync(
        Func<GetInstanceRequest, CancellationToken, Task<GetInstanceResponse>> wait, GetInstanceRequest request, CancellationToken cancellationToken)
    {
        var delay = FirstWaitRetryDelay;
        while (true)
        {
            try
            {
                var response = await wait(request, cancellationToken).ConfigureAwait(false);
                return response.Exists
                    ? WorkflowMessages.Metadata(response.WorkflowState, serializer)
                    : throw new InvalidOperationException($"Workflow instance '{request.InstanceId}' does not exist");
            }
            catch (WorkflowRpcException away) when (away.StatusCode is (int)GrpcStatusCode.Unavailable or (int)GrpcStatusCode.DeadlineExceeded)
            {
                ClientLog.WaitIsRepeated(logger, request.InstanceId, delay, away);
                await Task.Delay(delay, clock, cancellationToken).ConfigureAwait(false);
                delay = TimeSpan.FromTicks(Math.Min(delay.Ticks * 2, LongestWaitRetryDelay.Ticks));
            }
        }
    }

    private string Serialize(object? value) => value is null ? string.Empty : serializer.Serialize(value, value.GetType());

    private static TraceContext? CurrentTrace()
    {
        if (Activity.Current is not { IdFormat: ActivityIdFormat.W3C, Id: { } id } activity)
            return null;
        var trace = new TraceContext { TraceParent = id };
        if (!string.IsNullOrEmpty(activity.TraceStateString))
            trace.TraceState = activity.TraceStateString;
        return trace;
    }
}
