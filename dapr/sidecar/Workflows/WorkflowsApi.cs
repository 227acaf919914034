using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using StocksDapr.Protocol.TaskHub;
using StocksDapr.Sidecar.Api;
using StocksDapr.Sidecar.Workflows.Storage;

namespace StocksDapr.Sidecar.Workflows;

/// <summary>Workflow management over HTTP. The component's name in the path means nothing, as in daprd.</summary>
internal static class WorkflowsApi
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Map(ApiRouter routes)
    {
        ArgumentNullException.ThrowIfNull(routes);
        foreach (var version in (ReadOnlySpan<string>)["v1.0", "v1.0-beta1", "v1.0-alpha1"])
        {
            var start = $"/{version}/workflows/{{component}}";
            routes.Map("workflows", "GET", start + "/{id}", request => WithEngineAsync(request, GetAsync));
            routes.Map("workflows", "POST", start + "/{name}/start", request => WithEngineAsync(request, StartAsync));
            routes.Map("workflows", "POST", start + "/{id}/raiseEvent/{event}", request => WithEngineAsync(request, RaiseAsync));
            routes.Map("workflows", "POST", start + "/{id}/pause", request => WithEngineAsync(request, PauseAsync));
            routes.Map("workflows", "POST", start + "/{id}/resume", request => WithEngineAsync(request, ResumeAsync));
            routes.Map("workflows", "POST", start + "/{id}/terminate", request => WithEngineAsync(request, TerminateAsync));
            routes.Map("workflows", "POST", start + "/{id}/purge", request => WithEngineAsync(request, PurgeAsync));
        }
    }

    private static Task WithEngineAsync(ApiRequest request, Func<ApiRequest, ClientCalls, Task> handle) => request.Sidecar.Workflows?.Engine is { } engine
        ? handle(request, engine.Clients)
        : request.Error(StatusCodes.Status400BadRequest, "ERR_ACTOR_NO_PLACEMENT", "placement service is not configured");

    private static async Task StartAsync(ApiRequest request, ClientCalls clients)
    {
        var id = request.Http.Request.Query["instanceID"].ToString();
        if (id.Length == 0) id = Guid.NewGuid().ToString();
        if (WorkflowIds.Check(id) is { } wrong)
        {
            await request.Error(wrong);
            return;
        }

        var name = request["name"];
        try
        {
            var input = Encoding.UTF8.GetString((await request.ReadBodyAsync()).Span);
            await clients.StartAsync(id, name, input, null, null, request.Aborted);
            await WriteAsync(request, StatusCodes.Status202Accepted, json => json.WriteString("instanceID", id));
        }
        catch (WorkflowException refused)
        {
            var reason = refused.Problem == WorkflowProblem.InUse ? $"rpc error: code = AlreadyExists desc = {refused.Message}" : refused.Message;
            await Failed(request, "ERR_START_WORKFLOW", $"error starting workflow '{name}': unable to start workflow: failed to start workflow: {reason}");
        }
        catch (StoreUnavailableException away)
        {
            await Failed(request, "ERR_START_WORKFLOW", $"error starting workflow '{name}': unable to start workflow: failed to start workflow: {away.Message}");
        }
        catch (BodyTooLargeException tooLarge)
        {
            await request.Error(StatusCodes.Status400BadRequest, "ERR_BODY_READ", tooLarge.Message);
        }
    }

    private static async Task GetAsync(ApiRequest request, ClientCalls clients)
    {
        var id = request["id"];
        try
        {
            if (await clients.ReadAsync(id, request.Aborted) is { } found) await WriteAsync(request, StatusCodes.Status200OK, json => Write(json, id, found));
            else await NotFound(request, id, "");
        }
        catch (StoreUnavailableException away)
        {
            await Failed(request, "ERR_GET_WORKFLOW", $"error while getting workflow info on instance '{id}': {away.Message}");
        }
    }

    private static async Task RaiseAsync(ApiRequest request, ClientCalls clients)
    {
        var (id, name) = (request["id"], request["event"]);
        try
        {
            var data = Encoding.UTF8.GetString((await request.ReadBodyAsync()).Span);
            await DoAsync(
                request,
                () => clients.AddAsync(id, new HistoryEvent { EventRaised = new EventRaisedEvent { Name = name, Input = data } }, request.Aborted),
                refused => Failed(
                    request, "ERR_RAISE_EVENT_WORKFLOW", $"error raising event on workflow '{id}': failed to raise event {name} on workflow {id}: failed to raise event: {refused.Message}"));
        }
        catch (BodyTooLargeException tooLarge)
        {
            await request.Error(StatusCodes.Status400BadRequest, "ERR_BODY_READ", tooLarge.Message);
        }
    }

    private static Task PauseAsync(ApiRequest request, ClientCalls clients)
    {
        var id = request["id"];
        return DoAsync(
            request,
            () => clients.AddAsync(id, new HistoryEvent { ExecutionSuspended = new ExecutionSuspendedEvent() }, request.Aborted),
            refused => Failed(request, "ERR_PAUSE_WORKFLOW", $"error pausing workflow {id}: failed to pause workflow {id}: failed to suspend workflow: {refused.Message}"));
    }

    private static Task ResumeAsync(ApiRequest request, ClientCalls clients)
    {
        var id = request["id"];
        return DoAsync(
            request,
            () => clients.AddAsync(id, new HistoryEvent { ExecutionResumed = new ExecutionResumedEvent() }, request.Aborted),
            refused => Failed(request, "ERR_RESUME_WORKFLOW", $"error resuming workflow {id}: failed to resume workflow {id}: failed to resume workflow: {refused.Message}"));
    }

    private static Task TerminateAsync(ApiRequest request, ClientCalls clients)
    {
        var id = request["id"];
        return DoAsync(
            request,
            () => clients.AddAsync(id, new HistoryEvent { ExecutionTerminated = new ExecutionTerminatedEvent { Recurse = true } }, request.Aborted),
            refused => IsNotFound(refused)
                ? NotFound(request, id, "failed to submit termination request:: no such instance exists")
                : Failed(
                    request,
                    "ERR_TERMINATE_WORKFLOW",
                    $"error terminating workflow '{id}': failed to terminate workflow {id}: failed to submit termination request:: {refused.Message}"));
    }

    private static Task PurgeAsync(ApiRequest request, ClientCalls clients)
    {
        var id = request["id"];
        return DoAsync(
            request,
            () => clients.PurgeAsync(id, recursive: true, force: false, request.Aborted),
            refused => IsNotFound(refused)
                ? NotFound(request, id, "failed to purge workflow state: failed to fetch workflow state: no such instance exists")
                : Failed(request, "ERR_PURGE_WORKFLOW", $"error purging workflow {id}: failed to Purge workflow {id}: failed to purge workflow state: {refused.Message}"));
    }

    private static async Task DoAsync(ApiRequest request, Func<Task> act, Func<Exception, Task> refuse)
    {
        try
        {
            await act();
            await WriteAsync(request, StatusCodes.Status202Accepted, static _ => { });
        }
        catch (Exception refused) when (refused is WorkflowException or StoreUnavailableException)
        {
            await refuse(refused);
        }
    }

    private static bool IsNotFound(Exception refused) => refused is WorkflowException { Problem: WorkflowProblem.NotFound };

    private static Task Failed(ApiRequest request, string code, string message) => request.Error(StatusCodes.Status500InternalServerError, code, message);

    /// <summary>daprd gives the reason to a text that has no place for it, which Go says in its own way.</summary>
    private static Task NotFound(ApiRequest request, string id, string reason) => request.Error(
        StatusCodes.Status404NotFound,
        "ERR_INSTANCE_ID_NOT_FOUND",
        $"unable to find workflow with the provided instance ID: {id}{(reason.Length == 0 ? "" : $"%!(EXTRA *fmt.wrapError={reason})")}");

    private static void Write(Utf8JsonWriter json, string id, InstanceSnapshot found)
    {
        json.WriteString("instanceID", id);
        json.WriteString("workflowName", found.Name);
        json.WriteString("createdAt", found.CreatedAt.ToDiagnosticString().Trim('"'));
        json.WriteString("lastUpdatedAt", found.LastUpdatedAt.ToDiagnosticString().Trim('"'));
        json.WriteString("runtimeStatus", StatusName(found.Status));
        json.WriteStartObject("properties");
        if (found.CustomStatus is not null) json.WriteString("dapr.workflow.custom_status", found.CustomStatus);
        if (found.Failure is { } failure)
        {
            json.WriteString("dapr.workflow.failure.error_message", failure.ErrorMessage);
            json.WriteString("dapr.workflow.failure.error_type", failure.ErrorType);
            if (failure.StackTrace is not null) json.WriteString("dapr.workflow.failure.stack_trace", failure.StackTrace);
        }

        if (found.Input is not null) json.WriteString("dapr.workflow.input", found.Input);
        if (found.Output is not null) json.WriteString("dapr.workflow.output", found.Output);
        json.WriteEndObject();
    }

    private static string StatusName(OrchestrationStatus status) => status switch
    {
        OrchestrationStatus.Running => "RUNNING",
        OrchestrationStatus.Completed => "COMPLETED",
        OrchestrationStatus.ContinuedAsNew => "CONTINUED_AS_NEW",
        OrchestrationStatus.Failed => "FAILED",
        OrchestrationStatus.Canceled => "CANCELED",
        OrchestrationStatus.Terminated => "TERMINATED",
        OrchestrationStatus.Pending => "PENDING",
        OrchestrationStatus.Suspended => "SUSPENDED",
        _ => "UNKNOWN",
    };

    private static async Task WriteAsync(ApiRequest request, int status, Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream(512);
        using (var json = new Utf8JsonWriter(stream, Options))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        await request.Json(stream.ToArray(), status);
    }
}
