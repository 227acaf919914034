using System.Text.Json.Nodes;
using Google.Protobuf;
using StocksDapr.Protocol.TaskHub;
using StocksDapr.Support.Workflows;

namespace StocksDapr.Conformance.Workflows;

/// <summary>The task hub's methods by name, with their messages.</summary>
internal static class TaskHubMethods
{
    private static readonly Dictionary<string, Func<TaskHubClient, JsonObject, TimeSpan, Task<IMessage>>> Methods = new(StringComparer.Ordinal)
    {
        ["StartInstance"] = Of("StartInstance", CreateInstanceRequest.Parser, CreateInstanceResponse.Parser),
        ["GetInstance"] = Of("GetInstance", GetInstanceRequest.Parser, GetInstanceResponse.Parser),
        ["WaitForInstanceStart"] = Of("WaitForInstanceStart", GetInstanceRequest.Parser, GetInstanceResponse.Parser),
        ["WaitForInstanceCompletion"] = Of("WaitForInstanceCompletion", GetInstanceRequest.Parser, GetInstanceResponse.Parser),
        ["RaiseEvent"] = Of("RaiseEvent", RaiseEventRequest.Parser, RaiseEventResponse.Parser),
        ["TerminateInstance"] = Of("TerminateInstance", TerminateRequest.Parser, TerminateResponse.Parser),
        ["SuspendInstance"] = Of("SuspendInstance", SuspendRequest.Parser, SuspendResponse.Parser),
        ["ResumeInstance"] = Of("ResumeInstance", ResumeRequest.Parser, ResumeResponse.Parser),
        ["PurgeInstances"] = Of("PurgeInstances", PurgeInstancesRequest.Parser, PurgeInstancesResponse.Parser),
        ["GetInstanceHistory"] = Of("GetInstanceHistory", GetInstanceHistoryRequest.Parser, GetInstanceHistoryResponse.Parser),
        ["CompleteActivityTask"] = Of("CompleteActivityTask", ActivityResponse.Parser, CompleteTaskResponse.Parser),
        ["CompleteOrchestratorTask"] = Of("CompleteOrchestratorTask", WorkflowResponse.Parser, CompleteTaskResponse.Parser),
    };

    /// <summary>Makes a recorded call; the deadline goes to the sidecar.</summary>
    public static Task<IMessage> CallAsync(TaskHubClient hub, string method, JsonObject request, TimeSpan deadline) => Methods[method](hub, request, deadline);

    private static Func<TaskHubClient, JsonObject, TimeSpan, Task<IMessage>> Of<TRequest, TAnswer>(string method, MessageParser<TRequest> request, MessageParser<TAnswer> answer)
        where TRequest : class, IMessage<TRequest>
        where TAnswer : class, IMessage<TAnswer> =>
        async (hub, json, deadline) => await hub.CallAsync($"/TaskHubSidecarService/{method}", RecordedJson.ToMessage(json, request), answer, deadline);
}
