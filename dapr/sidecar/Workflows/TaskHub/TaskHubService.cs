using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using StocksDapr.Protocol.Grpc;
using StocksDapr.Protocol.TaskHub;
using StocksDapr.Sidecar.Workflows.Storage;

namespace StocksDapr.Sidecar.Workflows.TaskHub;

/// <summary>The service <c>TaskHubSidecarService</c>, method by method. Texts of errors are daprd's.</summary>
internal sealed class TaskHubService
{
    private const string Path = "/TaskHubSidecarService/";

    private readonly WorkflowsPart _workflows;
    private readonly Dictionary<string, Func<GrpcCall, Task>> _methods;

    public TaskHubService(WorkflowsPart workflows)
    {
        _workflows = workflows;
        _methods = new Dictionary<string, Func<GrpcCall, Task>>(StringComparer.Ordinal)
        {
            [Path + "Hello"] = call => Unary(call, Empty.Parser, _ => Task.FromResult(new Empty())),
            [Path + "StartInstance"] = call => Unary(call, CreateInstanceRequest.Parser, request => StartAsync(request, call.CancellationToken)),
            [Path + "GetInstance"] = call => Unary(call, GetInstanceRequest.Parser, request => GetAsync(request, call.CancellationToken)),
            [Path + "WaitForInstanceStart"] = call => Unary(
                call, GetInstanceRequest.Parser, request => WaitAsync(request, snapshot => snapshot.Status != OrchestrationStatus.Pending, call.CancellationToken)),
            [Path + "WaitForInstanceCompletion"] = call => Unary(
                call, GetInstanceRequest.Parser, request => WaitAsync(request, snapshot => snapshot.IsOver, call.CancellationToken)),
            [Path + "RaiseEvent"] = call => Unary(call, RaiseEventRequest.Parser, request => RaiseAsync(request, call.CancellationToken)),
            [Path + "TerminateInstance"] = call => Unary(call, TerminateRequest.Parser, request => TerminateAsync(request, call.CancellationToken)),
            [Path + "SuspendInstance"] = call => Unary(call, SuspendRequest.Parser, request => SuspendAsync(request, call.CancellationToken)),
            [Path + "ResumeInstance"] = call => Unary(call, ResumeRequest.Parser, request => ResumeAsync(request, call.CancellationToken)),
            [Path + "PurgeInstances"] = call => Unary(call, PurgeInstancesRequest.Parser, request => PurgeAsync(request, call.CancellationToken)),
            [Path + "ListInstanceIDs"] = call => Unary(call, ListInstanceIDsRequest.Parser, request => ListAsync(request, call.CancellationToken)),
            [Path + "GetInstanceHistory"] = call => Unary(call, GetInstanceHistoryRequest.Parser, request => HistoryAsync(request, call.CancellationToken)),
            [Path + "RerunWorkflowFromEvent"] = call => Unary(call, RerunWorkflowFromEventRequest.Parser, request => RerunAsync(request, call.CancellationToken)),
            [Path + "GetWorkItems"] = ServeWorkerAsync,
            [Path + "CompleteActivityTask"] = call => Unary(call, ActivityResponse.Parser, CompleteActivityAsync),
            [Path + "CompleteWorkflowTask"] = call => Unary(call, WorkflowResponse.Parser, CompleteTurnAsync),

            // The name before 1.18, which workers still use.
            [Path + "CompleteOrchestratorTask"] = call => Unary(call, WorkflowResponse.Parser, CompleteTurnAsync),
        };
    }

    private WorkflowEngine Engine => _workflows.Engine ?? throw new GrpcException(GrpcStatusCode.Internal, WorkflowsPart.NoStore);

    private ClientCalls Clients => Engine.Clients;

    /// <summary>The method of a path; null when there is none.</summary>
    public Func<GrpcCall, Task>? Find(string path) => _methods.GetValueOrDefault(path);

    private static async Task Unary<TRequest, TAnswer>(GrpcCall call, MessageParser<TRequest> parser, Func<TRequest, Task<TAnswer>> answer)
        where TRequest : class, IMessage<TRequest>
        where TAnswer : IMessage =>
        await call.WriteAsync(await answer(await call.ReadAsync(parser)));

    private async Task ServeWorkerAsync(GrpcCall call)
    {
        await call.ReadAsync(GetWorkItemsRequest.Parser);
        var engine = Engine;
        await call.StartStreamAsync();
        try
        {
            await engine.ServeWorkerAsync(call.Output, call.UserAgent, call.CancellationToken);
        }
        catch (OperationCanceledException) when (engine.Stopping.IsCancellationRequested)
        {
            throw new GrpcException(GrpcStatusCode.Cancelled, "shutting down");
        }
        catch (GrpcException)
        {
            // A worker that reads nothing would not read how its stream ended.
            call.Abort();
        }
    }

    private async Task<CreateInstanceResponse> StartAsync(CreateInstanceRequest request, CancellationToken cancellationToken)
    {
        try
        {
            await Clients.StartAsync(request.InstanceId, request.Name, request.Input, request.ScheduledStartTimestamp, request.ParentTraceContext, cancellationToken);
        }
        catch (WorkflowException inUse) when (inUse.Problem == WorkflowProblem.InUse)
        {
            throw new GrpcException(inUse.Status, $"failed to create workflow instance: rpc error: code = AlreadyExists desc = {inUse.Message}", inUse);
        }

        return new CreateInstanceResponse { InstanceId = request.InstanceId };
    }

    private async Task<GetInstanceResponse> GetAsync(GetInstanceRequest request, CancellationToken cancellationToken) =>
        await Clients.ReadAsync(request.InstanceId, cancellationToken) is { } found ? Answer(request, found, withParent: false) : new GetInstanceResponse();

    private async Task<GetInstanceResponse> WaitAsync(GetInstanceRequest request, Func<InstanceSnapshot, bool> until, CancellationToken cancellationToken) =>
        Answer(request, await Clients.WatchAsync(request.InstanceId, until, cancellationToken), withParent: true);

    private async Task<RaiseEventResponse> RaiseAsync(RaiseEventRequest request, CancellationToken cancellationToken)
    {
        await Clients.AddAsync(request.InstanceId, new HistoryEvent { EventRaised = new EventRaisedEvent { Name = request.Name, Input = request.Input } }, cancellationToken);
        return new RaiseEventResponse();
    }

    private async Task<TerminateResponse> TerminateAsync(TerminateRequest request, CancellationToken cancellationToken)
    {
        var order = new ExecutionTerminatedEvent { Input = request.Output, Recurse = request.Recursive };
        try
        {
            await Clients.AddAsync(request.InstanceId, new HistoryEvent { ExecutionTerminated = order }, cancellationToken);
        }
        catch (WorkflowException refused)
        {
            throw new GrpcException(refused.Status, $"failed to submit termination request: {refused.Message}", refused);
        }

        await Clients.WatchAsync(request.InstanceId, snapshot => snapshot.IsOver, cancellationToken);
        return new TerminateResponse();
    }

    private async Task<SuspendResponse> SuspendAsync(SuspendRequest request, CancellationToken cancellationToken)
    {
        var suspended = new ExecutionSuspendedEvent { Input = string.IsNullOrEmpty(request.Reason) ? null : request.Reason };
        await Clients.AddAsync(request.InstanceId, new HistoryEvent { ExecutionSuspended = suspended }, cancellationToken);
        await Clients.WatchAsync(request.InstanceId, snapshot => snapshot.IsOver || snapshot.Status == OrchestrationStatus.Suspended, cancellationToken);
        return new SuspendResponse();
    }

    private async Task<ResumeResponse> ResumeAsync(ResumeRequest request, CancellationToken cancellationToken)
    {
        var resumed = new ExecutionResumedEvent { Input = string.IsNullOrEmpty(request.Reason) ? null : request.Reason };
        await Clients.AddAsync(request.InstanceId, new HistoryEvent { ExecutionResumed = resumed }, cancellationToken);
        await Clients.WatchAsync(request.InstanceId, snapshot => snapshot.IsOver || snapshot.Status == OrchestrationStatus.Running, cancellationToken);
        return new ResumeResponse();
    }

    private async Task<PurgeInstancesResponse> PurgeAsync(PurgeInstancesRequest request, CancellationToken cancellationToken)
    {
        if (request.PurgeInstanceFilter is not null) throw new GrpcException(GrpcStatusCode.Unknown, "multi-instance purge is not unimplemented");
        try
        {
            return new PurgeInstancesResponse { DeletedInstanceCount = await Clients.PurgeAsync(request.InstanceId, request.Recursive, request.Force, cancellationToken) };
        }
        catch (WorkflowException refused)
        {
            throw new GrpcException(refused.Status, $"failed to purge workflow state: {refused.Message}", refused);
        }
    }

    private async Task<ListInstanceIDsResponse> ListAsync(ListInstanceIDsRequest request, CancellationToken cancellationToken)
    {
        var size = request.HasPageSize ? (int)Math.Min(request.PageSize, int.MaxValue) : (int?)null;
        var (ids, next) = await Clients.ListAsync(request.HasContinuationToken ? request.ContinuationToken : null, size, cancellationToken);
        var answer = new ListInstanceIDsResponse { InstanceIds = { ids } };
        if (next is not null) answer.ContinuationToken = next;
        return answer;
    }

    private async Task<GetInstanceHistoryResponse> HistoryAsync(GetInstanceHistoryRequest request, CancellationToken cancellationToken)
    {
        var events = await Clients.HistoryAsync(request.InstanceId, cancellationToken)
            ?? throw new GrpcException(GrpcStatusCode.NotFound, $"workflow instance '{request.InstanceId}' not found");
        return new GetInstanceHistoryResponse { Events = { events.Select(HistoryEvent.Parser.ParseFrom) } };
    }

    private async Task<RerunWorkflowFromEventResponse> RerunAsync(RerunWorkflowFromEventRequest request, CancellationToken cancellationToken) =>
        new() { NewInstanceID = await Clients.RerunAsync(request, cancellationToken) };

    private async Task<CompleteTaskResponse> CompleteActivityAsync(ActivityResponse response)
    {
        await Engine.CompleteActivityAsync(response);
        return new CompleteTaskResponse();
    }

    private Task<CompleteTaskResponse> CompleteTurnAsync(WorkflowResponse response)
    {
        Engine.CompleteTurn(response);
        return Task.FromResult(new CompleteTaskResponse());
    }

    /// <summary>Only the waiting calls name the parent; the app of the parent (its own, without one) is always there. Seen of daprd 1.18.3.</summary>
    private GetInstanceResponse Answer(GetInstanceRequest request, InstanceSnapshot found, bool withParent)
    {
        var state = new WorkflowState
        {
            InstanceId = request.InstanceId,
            Name = found.Name,
            Version = found.Version,
            WorkflowStatus = found.Status,
            CreatedTimestamp = found.CreatedAt,
            LastUpdatedTimestamp = found.LastUpdatedAt,
            StartedAt = found.StartedAt,
            ParentInstanceId = withParent ? found.Parent?.WorkflowInstance?.InstanceId : null,
            ParentAppId = found.Parent is { HasAppID: true } parent ? parent.AppID : _workflows.AppId,
        };
        if (!request.GetInputsAndOutputs) return new GetInstanceResponse { Exists = true, WorkflowState = state };
        state.Input = found.Input;
        state.Output = found.Output;
        state.CustomStatus = found.CustomStatus;
        state.FailureDetails = found.Failure;
        return new GetInstanceResponse { Exists = true, WorkflowState = state };
    }
}
