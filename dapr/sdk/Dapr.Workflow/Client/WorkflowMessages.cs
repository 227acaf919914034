using Dapr.Common.Serialization;
using Google.Protobuf.WellKnownTypes;
using StocksDapr.Protocol.TaskHub;
using Wire = StocksDapr.Protocol.TaskHub;

namespace Dapr.Workflow.Client;

/// <summary>The task hub's messages in the SDK's types.</summary>
internal static class WorkflowMessages
{
    public static WorkflowMetadata Metadata(Wire.WorkflowState state, IDaprSerializer serializer) => new(
        state.Name,
        Status(state.WorkflowStatus),
        Time(state.CreatedTimestamp),
        Time(state.LastUpdatedTimestamp),
        state.Input,
        state.Output,
        state.CustomStatus,
        state.FailureDetails is { } failure ? Failure(failure) : null,
        serializer);

    public static WorkflowTaskFailureDetails Failure(TaskFailureDetails failure) =>
        new(failure.ErrorType, failure.ErrorMessage, string.IsNullOrEmpty(failure.StackTrace) ? null : failure.StackTrace);

    public static WorkflowHistoryEvent HistoryEvent(HistoryEvent entry) =>
        new(entry.EventId, EventType(entry.EventTypeCase), entry.Timestamp?.ToDateTime() ?? DateTime.MinValue);

    private static DateTimeOffset Time(Timestamp? time) => time?.ToDateTimeOffset() ?? default;

    private static WorkflowRuntimeStatus Status(OrchestrationStatus status)
    {
        var value = (WorkflowRuntimeStatus)(int)status;
        return System.Enum.IsDefined(value) ? value : WorkflowRuntimeStatus.Unknown;
    }

    private static WorkflowHistoryEventType EventType(HistoryEvent.EventTypeOneofCase type) => type switch
    {
        Wire.HistoryEvent.EventTypeOneofCase.ExecutionStarted => WorkflowHistoryEventType.ExecutionStarted,
        Wire.HistoryEvent.EventTypeOneofCase.ExecutionCompleted => WorkflowHistoryEventType.ExecutionCompleted,
        Wire.HistoryEvent.EventTypeOneofCase.ExecutionTerminated => WorkflowHistoryEventType.ExecutionTerminated,
        Wire.HistoryEvent.EventTypeOneofCase.TaskScheduled => WorkflowHistoryEventType.TaskScheduled,
        Wire.HistoryEvent.EventTypeOneofCase.TaskCompleted => WorkflowHistoryEventType.TaskCompleted,
        Wire.HistoryEvent.EventTypeOneofCase.TaskFailed => WorkflowHistoryEventType.TaskFailed,
        Wire.HistoryEvent.EventTypeOneofCase.ChildWorkflowInstanceCreated => WorkflowHistoryEventType.SubOrchestrationInstanceCreated,
        Wire.HistoryEvent.EventTypeOneofCase.DetachedWorkflowInstanceCreated => WorkflowHistoryEventType.SubOrchestrationInstanceCreated,
        Wire.HistoryEvent.EventTypeOneofCase.ChildWorkflowInstanceCompleted => WorkflowHistoryEventType.SubOrchestrationInstanceCompleted,
        Wire.HistoryEvent.EventTypeOneofCase.ChildWorkflowInstanceFailed => WorkflowHistoryEventType.SubOrchestrationInstanceFailed,
        Wire.HistoryEvent.EventTypeOneofCase.TimerCreated => WorkflowHistoryEventType.TimerCreated,
        Wire.HistoryEvent.EventTypeOneofCase.TimerFired => WorkflowHistoryEventType.TimerFired,
        Wire.HistoryEvent.EventTypeOneofCase.WorkflowStarted => WorkflowHistoryEventType.OrchestratorStarted,
        Wire.HistoryEvent.EventTypeOneofCase.WorkflowCompleted => WorkflowHistoryEventType.OrchestratorCompleted,
        Wire.HistoryEvent.EventTypeOneofCase.EventSent => WorkflowHistoryEventType.EventSent,
        Wire.HistoryEvent.EventTypeOneofCase.EventRaised => WorkflowHistoryEventType.EventRaised,
        Wire.HistoryEvent.EventTypeOneofCase.ContinueAsNew => WorkflowHistoryEventType.ContinueAsNew,
        Wire.HistoryEvent.EventTypeOneofCase.ExecutionSuspended => WorkflowHistoryEventType.ExecutionSuspended,
        Wire.HistoryEvent.EventTypeOneofCase.ExecutionResumed => WorkflowHistoryEventType.ExecutionResumed,
        Wire.HistoryEvent.EventTypeOneofCase.ExecutionStalled => WorkflowHistoryEventType.ExecutionStalled,
        _ => WorkflowHistoryEventType.Unknown,
    };
}
