namespace StocksDapr.Sidecar.Workflows;

/// <summary>Log messages of the workflow engine. Ids from 1600.</summary>
internal static partial class WorkflowLog
{
    [LoggerMessage(1600, LogLevel.Information, "The gRPC server listens on port {Port}")]
    public static partial void GrpcListens(this ILogger logger, int port);

    [LoggerMessage(1601, LogLevel.Error, "The gRPC call {Path} failed in the sidecar")]
    public static partial void GrpcCallFailed(this ILogger logger, Exception failure, string path);

    [LoggerMessage(1602, LogLevel.Information, "A workflow worker is connected ({UserAgent}); there are {Workers} now")]
    public static partial void WorkerConnected(this ILogger logger, string userAgent, int workers);

    [LoggerMessage(1603, LogLevel.Information, "A workflow worker is gone; {Items} item(s) that it had are given out again, {Workers} worker(s) are left")]
    public static partial void WorkerGone(this ILogger logger, int items, int workers);

    [LoggerMessage(1604, LogLevel.Warning, "A workflow worker has taken nothing for {Limit}; its stream is closed")]
    public static partial void WorkerStuck(this ILogger logger, TimeSpan limit);

    [LoggerMessage(1605, LogLevel.Warning, "The workflow store cannot be reached ({Reason}); {Changes} change(s) wait")]
    public static partial void StoreUnavailable(this ILogger logger, string reason, int changes);

    [LoggerMessage(1606, LogLevel.Error, "The workflow store does not take a change")]
    public static partial void StoreRefused(this ILogger logger, Exception failure);

    [LoggerMessage(1617, LogLevel.Error, "What follows from a stored change of a workflow failed")]
    public static partial void FollowUpFailed(this ILogger logger, Exception failure);

    [LoggerMessage(1607, LogLevel.Warning, "The connection to the other workflow engines is interrupted")]
    public static partial void MembershipInterrupted(this ILogger logger, Exception failure);

    [LoggerMessage(1608, LogLevel.Warning, "Workflow engine {Engine} is dead; its {Instances} instance(s) are taken over")]
    public static partial void EngineTakenOver(this ILogger logger, int engine, int instances);

    [LoggerMessage(1609, LogLevel.Warning, "Other engines took this one for dead; its workflow instances are theirs now")]
    public static partial void EngineLost(this ILogger logger);

    [LoggerMessage(1610, LogLevel.Warning, "A worker's answer for workflow {Instance} cannot be followed: {Reason}")]
    public static partial void TurnRefused(this ILogger logger, string instance, string reason);

    [LoggerMessage(1611, LogLevel.Warning, "Workflow {Instance} is held: {Reason}")]
    public static partial void WorkflowStalled(this ILogger logger, string instance, string reason);

    [LoggerMessage(1612, LogLevel.Error, "Workflow {Instance} could not be brought on; it is tried again")]
    public static partial void InstanceFailed(this ILogger logger, Exception failure, string instance);

    [LoggerMessage(1613, LogLevel.Information, "No worker is connected here: workflow instances are handed over to engine {Engine}")]
    public static partial void HandedOver(this ILogger logger, int engine);

    [LoggerMessage(1614, LogLevel.Warning, "App {App}, which an activity of workflow {Instance} is meant for, is not served here; it waits")]
    public static partial void AppNotServed(this ILogger logger, string app, string instance);

    [LoggerMessage(1615, LogLevel.Warning, "A round of the workflow engine failed")]
    public static partial void RoundFailed(this ILogger logger, Exception failure);

    [LoggerMessage(1616, LogLevel.Debug, "An event for workflow {Instance} is dropped: the instance is gone or has ended")]
    public static partial void EventForNobody(this ILogger logger, string instance);
}
