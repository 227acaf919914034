using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using StocksDapr.Protocol.TaskHub;

namespace Dapr.Workflow.Grpc;

/// <summary>The sidecar's workflow engine as clients and workers see it: the service <c>TaskHubSidecarService</c>.</summary>
internal sealed class TaskHub(GrpcConnection connection) : IDisposable
{
    private const string Service = "/TaskHubSidecarService/";

    /// <summary>A greeting, to see that the other side lives.</summary>
    public Task HelloAsync(TimeSpan timeout, CancellationToken cancellationToken) =>
        connection.CallAsync(Service + "Hello", new Empty(), Empty.Parser, timeout, cancellationToken);

    public Task<CreateInstanceResponse> StartInstanceAsync(CreateInstanceRequest request, CancellationToken cancellationToken) =>
        CallAsync("StartInstance", request, CreateInstanceResponse.Parser, cancellationToken);

    public Task<GetInstanceResponse> GetInstanceAsync(GetInstanceRequest request, CancellationToken cancellationToken) =>
        CallAsync("GetInstance", request, GetInstanceResponse.Parser, cancellationToken);

    public Task<GetInstanceResponse> WaitForInstanceStartAsync(GetInstanceRequest request, CancellationToken cancellationToken) =>
        CallAsync("WaitForInstanceStart", request, GetInstanceResponse.Parser, cancellationToken);

    public Task<GetInstanceResponse> WaitForInstanceCompletionAsync(GetInstanceRequest request, CancellationToken cancellationToken) =>
        CallAsync("WaitForInstanceCompletion", request, GetInstanceResponse.Parser, cancellationToken);

    public Task<RaiseEventResponse> RaiseEventAsync(RaiseEventRequest request, CancellationToken cancellationToken) =>
        CallAsync("RaiseEvent", request, RaiseEventResponse.Parser, cancellationToken);

    public Task<TerminateResponse> TerminateInstanceAsync(TerminateRequest request, CancellationToken cancellationToken) =>
        CallAsync("TerminateInstance", request, TerminateResponse.Parser, cancellationToken);

    public Task<SuspendResponse> SuspendInstanceAsync(SuspendRequest request, CancellationToken cancellationToken) =>
        CallAsync("SuspendInstance", request, SuspendResponse.Parser, cancellationToken);

    public Task<ResumeResponse> ResumeInstanceAsync(ResumeRequest request, CancellationToken cancellationToken) =>
        CallAsync("ResumeInstance", request, ResumeResponse.Parser, cancellationToken);

    public Task<PurgeInstancesResponse> PurgeInstancesAsync(PurgeInstancesRequest request, CancellationToken cancellationToken) =>
        CallAsync("PurgeInstances", request, PurgeInstancesResponse.Parser, cancellationToken);

    public Task<ListInstanceIDsResponse> ListInstanceIDsAsync(ListInstanceIDsRequest request, CancellationToken cancellationToken) =>
        CallAsync("ListInstanceIDs", request, ListInstanceIDsResponse.Parser, cancellationToken);

    public Task<GetInstanceHistoryResponse> GetInstanceHistoryAsync(GetInstanceHistoryRequest request, CancellationToken cancellationToken) =>
        CallAsync("GetInstanceHistory", request, GetInstanceHistoryResponse.Parser, cancellationToken);

    public Task<RerunWorkflowFromEventResponse> RerunWorkflowFromEventAsync(RerunWorkflowFromEventRequest request, CancellationToken cancellationToken) =>
        CallAsync("RerunWorkflowFromEvent", request, RerunWorkflowFromEventResponse.Parser, cancellationToken);

    /// <summary>The worker's connection: what is to be done, until the sidecar ends it.</summary>
    public IAsyncEnumerable<WorkItem> GetWorkItemsAsync(CancellationToken cancellationToken) =>
        connection.StreamAsync(Service + "GetWorkItems", new GetWorkItemsRequest(), WorkItem.Parser, cancellationToken);

    /// <summary>Hands in a turn. The method's old name: runtimes before 1.18 know no other.</summary>
    public Task CompleteWorkflowAsync(WorkflowResponse response, CancellationToken cancellationToken) =>
        CallAsync("CompleteOrchestratorTask", response, CompleteTaskResponse.Parser, cancellationToken);

    /// <summary>Hands in an activity's result.</summary>
    public Task CompleteActivityAsync(ActivityResponse response, CancellationToken cancellationToken) =>
        CallAsync("CompleteActivityTask", response, CompleteTaskResponse.Parser, cancellationToken);

    public void Dispose() => connection.Dispose();

    private Task<T> CallAsync<T>(string method, IMessage request, MessageParser<T> parser, CancellationToken cancellationToken)
        where T : class, IMessage<T> =>
        connection.CallAsync(Service + method, request, parser, timeout: null, cancellationToken);
}
