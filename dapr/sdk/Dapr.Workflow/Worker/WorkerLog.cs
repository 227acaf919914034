using Microsoft.Extensions.Logging;

namespace Dapr.Workflow.Worker;

/// <summary>What the worker logs: no payloads.</summary>
internal static partial class WorkerLog
{
    [LoggerMessage(20, LogLevel.Warning, "{Kind} '{Name}' is registered already; the first registration stays")]
    public static partial void NameIsTaken(ILogger logger, string kind, string name);

    [LoggerMessage(21, LogLevel.Debug, "Connected to the sidecar's workflow engine")]
    public static partial void StreamBegins(ILogger logger);

    [LoggerMessage(22, LogLevel.Debug, "The sidecar's workflow engine ended the stream of work; connecting again")]
    public static partial void StreamEnded(ILogger logger);

    [LoggerMessage(23, LogLevel.Warning, "The sidecar's workflow engine cannot be reached: {Reason}. Next attempt in {Delay}")]
    public static partial void StreamBroke(ILogger logger, string reason, TimeSpan delay);

    [LoggerMessage(24, LogLevel.Debug, "The sidecar did not answer a greeting: {Reason}")]
    public static partial void GreetingFailed(ILogger logger, string reason);

    [LoggerMessage(25, LogLevel.Warning, "A work item of a kind that is not known here: {Kind}")]
    public static partial void WorkItemIsUnknown(ILogger logger, string kind);

    [LoggerMessage(26, LogLevel.Error, "Workflow '{Name}' is not registered; instance '{InstanceId}' fails")]
    public static partial void WorkflowIsUnknown(ILogger logger, string name, string instanceId);

    [LoggerMessage(27, LogLevel.Error, "Workflow '{Name}', instance '{InstanceId}': the turn failed")]
    public static partial void TurnFailed(ILogger logger, string name, string instanceId, Exception failure);

    [LoggerMessage(28, LogLevel.Error, "Workflow '{Name}', instance '{InstanceId}' fails: {Violation}")]
    public static partial void WorkflowBrokeItsRules(ILogger logger, string name, string instanceId, string violation);

    [LoggerMessage(29, LogLevel.Warning, "Workflow '{Name}', instance '{InstanceId}' waits for a worker with other code: {Mismatch}")]
    public static partial void WorkflowIsStalled(ILogger logger, string name, string instanceId, string mismatch);

    [LoggerMessage(30, LogLevel.Error, "Activity '{Name}' is not registered; its call by instance '{InstanceId}' fails")]
    public static partial void ActivityIsUnknown(ILogger logger, string name, string instanceId);

    [LoggerMessage(31, LogLevel.Warning, "Activity '{Name}' of instance '{InstanceId}' failed")]
    public static partial void ActivityFailed(ILogger logger, string name, string instanceId, Exception failure);

    [LoggerMessage(32, LogLevel.Debug, "The result of {What} of instance '{InstanceId}' could not be handed in: {Reason}. Again in {Delay}")]
    public static partial void HandingInIsRepeated(ILogger logger, string what, string instanceId, string reason, TimeSpan delay);

    [LoggerMessage(33, LogLevel.Warning, "The result of {What} of instance '{InstanceId}' could not be handed in; the sidecar gives the work out again")]
    public static partial void HandingInFailed(ILogger logger, string what, string instanceId, Exception failure);

    [LoggerMessage(34, LogLevel.Error, "A work item of instance '{InstanceId}' could not be processed; the sidecar gives the work out again")]
    public static partial void WorkItemFailed(ILogger logger, string instanceId, Exception failure);
}
