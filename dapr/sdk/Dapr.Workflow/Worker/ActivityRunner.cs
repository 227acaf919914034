using System.Globalization;
using Dapr.Common.Serialization;
using Dapr.Workflow.Abstractions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using StocksDapr.Protocol.TaskHub;

namespace Dapr.Workflow.Worker;

/// <summary>Runs activities: whatever they do, there is an answer.</summary>
internal sealed class ActivityRunner(IWorkflowsFactory factory, IDaprSerializer serializer, IServiceScopeFactory scopes, ILogger<WorkflowWorker> logger)
{
    public async Task<ActivityResponse> RunAsync(ActivityRequest request)
    {
        var instanceId = InstanceId(request);
        using var trace = WorkItemTrace.OfActivity(request.Name, request.ParentTraceContext);
        try
        {
            var scope = scopes.CreateAsyncScope();
            await using (scope.ConfigureAwait(false))
            {
                if (!factory.TryCreateActivity(new TaskIdentifier(request.Name), scope.ServiceProvider, out var activity, out var failure))
                    return NotMade(request, instanceId, failure);

                var input = string.IsNullOrEmpty(request.Input) ? null : serializer.Deserialize(request.Input, activity!.InputType);
                var result = await activity!.RunAsync(new Context(request, instanceId), input).ConfigureAwait(false);
                return new ActivityResponse { InstanceId = instanceId, TaskId = request.TaskId, Result = Replay.Payload.Write(serializer, result) };
            }
        }
        catch (Exception failure)
        {
            // Of the application, and its workflow's to deal with.
            WorkerLog.ActivityFailed(logger, request.Name, instanceId, failure);
            System.Diagnostics.Activity.Current?.SetStatus(System.Diagnostics.ActivityStatusCode.Error);
            return Failed(request, failure.GetType().FullName ?? failure.GetType().Name, failure.Message, failure.StackTrace);
        }
    }

    public static ActivityResponse Failed(ActivityRequest request, string type, string message, string? stackTrace = null) => new()
    {
        InstanceId = InstanceId(request),
        TaskId = request.TaskId,
        FailureDetails = new TaskFailureDetails { ErrorType = type, ErrorMessage = message, StackTrace = stackTrace ?? string.Empty },
    };

    private ActivityResponse NotMade(ActivityRequest request, string instanceId, Exception? failure)
    {
        if (failure is null)
        {
            WorkerLog.ActivityIsUnknown(logger, request.Name, instanceId);
            return Failed(request, "ActivityNotFoundException", $"Activity '{request.Name}' not found");
        }

        WorkerLog.ActivityFailed(logger, request.Name, instanceId, failure);
        var type = failure.GetType();
        return Failed(request, type.FullName ?? type.Name, $"Activity '{request.Name}' failed to activate: {failure.Message}", failure.StackTrace);
    }

    private static string InstanceId(ActivityRequest request) => request.WorkflowInstance?.InstanceId ?? string.Empty;

    private sealed class Context(ActivityRequest request, string instanceId) : WorkflowActivityContext
    {
        public override TaskIdentifier Identifier => request.Name;

        public override string TaskExecutionKey =>
            request.TaskExecutionId.Length > 0 ? request.TaskExecutionId : request.TaskId.ToString(CultureInfo.InvariantCulture);

        public override string InstanceId => instanceId;
    }
}
