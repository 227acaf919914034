using Dapr.Workflow.Client;
using StocksDapr.Protocol.TaskHub;
using Wire = StocksDapr.Protocol.TaskHub;

namespace Dapr.Workflow.Worker.Replay;

/// <summary>What callers have passed on of their histories, as a workflow sees it.</summary>
internal static class PropagatedHistoryReader
{
    public static PropagatedHistory? Read(Wire.PropagatedHistory? propagated) =>
        propagated is null or { Chunks.Count: 0 } ? null : new PropagatedHistory([.. propagated.Chunks.Select(Read)]);

    private static PropagatedHistoryEvent Read(PropagatedHistoryChunk chunk)
    {
        var events = chunk.RawEvents.Select(HistoryEvent.Parser.ParseFrom).ToList();
        var endings = new Dictionary<int, HistoryEvent>();
        foreach (var entry in events)
        {
            var id = entry.EventTypeCase switch
            {
                HistoryEvent.EventTypeOneofCase.TaskCompleted => entry.TaskCompleted.TaskScheduledId,
                HistoryEvent.EventTypeOneofCase.TaskFailed => entry.TaskFailed.TaskScheduledId,
                HistoryEvent.EventTypeOneofCase.ChildWorkflowInstanceCompleted => entry.ChildWorkflowInstanceCompleted.TaskScheduledId,
                HistoryEvent.EventTypeOneofCase.ChildWorkflowInstanceFailed => entry.ChildWorkflowInstanceFailed.TaskScheduledId,
                _ => -1,
            };
            if (id >= 0)
                endings.TryAdd(id, entry);
        }

        return new PropagatedHistoryEvent(
            chunk.InstanceId,
            chunk.AppId,
            chunk.WorkflowName,
            [.. events.Where(entry => entry.TaskScheduled is not null).Select(entry => Activity(entry, endings.GetValueOrDefault(entry.EventId)))],
            [.. events.Where(entry => entry.ChildWorkflowInstanceCreated is not null).Select(entry => Child(entry, endings.GetValueOrDefault(entry.EventId)))]);
    }

    private static PropagatedHistoryActivityResult Activity(HistoryEvent scheduled, HistoryEvent? ending)
    {
        var (status, failure) = Status(ending?.TaskCompleted is not null, ending?.TaskFailed?.FailureDetails);
        return new PropagatedHistoryActivityResult(scheduled.TaskScheduled.Name, status, scheduled.TaskScheduled.Input, ending?.TaskCompleted?.Result, failure);
    }

    private static PropagatedHistoryWorkflowResult Child(HistoryEvent created, HistoryEvent? ending)
    {
        var (status, failure) = Status(ending?.ChildWorkflowInstanceCompleted is not null, ending?.ChildWorkflowInstanceFailed?.FailureDetails);
        return new PropagatedHistoryWorkflowResult(created.ChildWorkflowInstanceCreated.Name, status, ending?.ChildWorkflowInstanceCompleted?.Result, failure);
    }

    private static (PropagatedHistoryStatus Status, WorkflowTaskFailureDetails? Failure) Status(bool completed, TaskFailureDetails? failure) =>
        completed ? (PropagatedHistoryStatus.Completed, null)
        : failure is not null ? (PropagatedHistoryStatus.Failed, WorkflowMessages.Failure(failure))
        : (PropagatedHistoryStatus.Pending, null);
}
