using Google.Protobuf.WellKnownTypes;
using StocksDapr.Protocol.TaskHub;

namespace StocksDapr.Support.Workflows;

/// <summary>Actions of a worker's answer, in short.</summary>
public static class Act
{
    public static WorkflowAction Activity(int id, string name, string? input = null) =>
        new() { Id = id, ScheduleTask = new ScheduleTaskAction { Name = name, Input = input, TaskExecutionId = $"execution-{id}" } };

    public static WorkflowAction Timer(int id, DateTimeOffset due) =>
        new() { Id = id, CreateTimer = new CreateTimerAction { FireAt = Timestamp.FromDateTimeOffset(due), CreateTimer = new TimerOriginCreateTimer() } };

    public static WorkflowAction Child(int id, string name, string instanceId = "", string? input = null) =>
        new() { Id = id, CreateChildWorkflow = new CreateChildWorkflowAction { InstanceId = instanceId, Name = name, Input = input } };

    public static WorkflowAction Complete(int id, string? result = null, OrchestrationStatus status = OrchestrationStatus.Completed) =>
        new() { Id = id, CompleteWorkflow = new CompleteWorkflowAction { WorkflowStatus = status, Result = result } };

    /// <summary>Past and new events of a turn, in order.</summary>
    public static IReadOnlyList<HistoryEvent> Events(this WorkflowRequest turn) => [.. turn.PastEvents, .. turn.NewEvents];

    /// <summary>The start that counts: the last one.</summary>
    public static ExecutionStartedEvent Start(this WorkflowRequest turn) => turn.Events().Last(happened => happened.ExecutionStarted is not null).ExecutionStarted;

    /// <summary>The workflow that does one activity with its input and ends with the activity's result.</summary>
    public static IEnumerable<WorkflowAction> OneActivity(WorkflowRequest turn)
    {
        var events = turn.Events();
        if (events.FirstOrDefault(happened => happened.TaskCompleted is not null) is { } done) return [Complete(1, done.TaskCompleted.Result)];
        return events.Any(happened => happened.TaskScheduled is not null) ? [] : [Activity(0, "Echo", turn.Start().Input)];
    }
}
