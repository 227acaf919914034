using Dapr.Common.Serialization;
using Dapr.Workflow.Client;
using StocksDapr.Protocol.TaskHub;

namespace Dapr.Workflow.Worker.Replay;

/// <summary>A call of an activity or a child workflow.</summary>
internal sealed class CallStep<T>(StepKind kind, string name, IDaprSerializer serializer, Func<Step, WorkflowAction> toAction) : Step(kind, name)
{
    // Without RunContinuationsAsynchronously: the turn's own thread completes it and goes on with it.
    private readonly TaskCompletionSource<T> _result = new();

    public Task<T> Result => _result.Task;

    public override WorkflowAction ToAction() => toAction(this);

    public override bool TrySettle(HistoryEvent ended)
    {
        switch (ended.EventTypeCase)
        {
            case HistoryEvent.EventTypeOneofCase.TaskCompleted when Kind == StepKind.Activity:
                Succeed(ended.TaskCompleted.Result);
                return true;
            case HistoryEvent.EventTypeOneofCase.TaskFailed when Kind == StepKind.Activity:
                Fail("Task failed: {0}", ended.TaskFailed.FailureDetails);
                return true;
            case HistoryEvent.EventTypeOneofCase.ChildWorkflowInstanceCompleted when Kind == StepKind.ChildWorkflow:
                Succeed(ended.ChildWorkflowInstanceCompleted.Result);
                return true;
            case HistoryEvent.EventTypeOneofCase.ChildWorkflowInstanceFailed when Kind == StepKind.ChildWorkflow:
                Fail($"Child workflow '{Name}' failed", ended.ChildWorkflowInstanceFailed.FailureDetails);
                return true;
            default:
                return false;
        }
    }

    private void Succeed(string? text)
    {
        IsSettled = true;
        T? value;
        try
        {
            value = Payload.Read<T>(serializer, text);
        }
        catch (Exception unreadable)
        {
            // The serializer is the application's, and so is the mismatch of types: its code learns of it where it awaits.
            _result.TrySetException(unreadable);
            return;
        }

        _result.TrySetResult(value!);
    }

    private void Fail(string message, TaskFailureDetails? failure)
    {
        IsSettled = true;
        var details = failure is null ? new WorkflowTaskFailureDetails("Exception", "Unknown error") : WorkflowMessages.Failure(failure);
        _result.TrySetException(new WorkflowTaskFailedException(message.Replace("{0}", details.ErrorMessage, StringComparison.Ordinal), details));
    }
}
