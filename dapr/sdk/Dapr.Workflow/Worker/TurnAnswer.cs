using Dapr.Common.Serialization;
using Dapr.Workflow.Worker.Replay;
using StocksDapr.Protocol.TaskHub;

namespace Dapr.Workflow.Worker;

/// <summary>What a worker says at the end of a turn.</summary>
internal static class TurnAnswer
{
    /// <summary>The code's steps, and its end if it has come to it.</summary>
    public static WorkflowResponse Of(WorkflowRequest request, HistoryReplay replay, ReplayContext context, bool runs, IDaprSerializer serializer)
    {
        // The engine forgets a custom status that is not told again.
        var answer = new WorkflowResponse { InstanceId = request.InstanceId, CustomStatus = context.SerializedCustomStatus };
        if (PatchLedger.Version(context.Name, context.Patches.Met) is { } version)
            answer.Version = version;
        if (!runs)
            return answer;

        foreach (var step in context.Steps)
        {
            if (step.IsConfirmed)
                continue;
            answer.Actions.Add(step.Action ?? step.ToAction());
            if (step != context.Continued)
                continue;
            if (context.Continued.KeepsEvents)
                answer.Actions[^1].CompleteWorkflow.CarryoverEvents.AddRange(context.Events.Kept);
            return answer;
        }

        if (replay.Run is { IsCompleted: true } run)
            answer.Actions.Add(new WorkflowAction { Id = context.Steps.Count, CompleteWorkflow = Completion(run, serializer) });
        return answer;
    }

    /// <summary>The instance has failed.</summary>
    /// <param name="request">What was asked.</param>
    /// <param name="id">A number that no step has.</param>
    /// <param name="type">Of the failure.</param>
    /// <param name="message">What went wrong.</param>
    /// <param name="stackTrace">Where, if that is known.</param>
    public static WorkflowResponse Failed(WorkflowRequest request, int id, string type, string message, string? stackTrace = null) =>
        Ended(request, id, new CompleteWorkflowAction { WorkflowStatus = OrchestrationStatus.Failed, FailureDetails = Failure(type, message, stackTrace) });

    public static WorkflowResponse Terminated(WorkflowRequest request, int id, string? output) =>
        Ended(request, id, new CompleteWorkflowAction { WorkflowStatus = OrchestrationStatus.Terminated, Result = output });

    /// <summary>The code lacks patches that the history has: the instance waits for a worker that has them.</summary>
    public static WorkflowResponse Stalled(WorkflowRequest request, ReplayContext context, string mismatch)
    {
        var answer = Ended(request, context.Steps.Count, new CompleteWorkflowAction { WorkflowStatus = OrchestrationStatus.Stalled, Details = mismatch });
        answer.CustomStatus = context.SerializedCustomStatus;
        // An engine that compares patches itself needs to see these.
        answer.Version = new WorkflowVersion { Name = context.Name, Patches = { context.Patches.Met } };
        return answer;
    }

    public static TaskFailureDetails Failure(string type, string message, string? stackTrace) =>
        new() { ErrorType = type, ErrorMessage = message, StackTrace = stackTrace ?? string.Empty, IsNonRetriable = true };

    private static WorkflowResponse Ended(WorkflowRequest request, int id, CompleteWorkflowAction completion) =>
        new() { InstanceId = request.InstanceId, Actions = { new WorkflowAction { Id = id, CompleteWorkflow = completion } } };

    private static CompleteWorkflowAction Completion(Task<object?> run, IDaprSerializer serializer)
    {
        try
        {
            // It has ended: this does not wait, but throws what the code threw.
            var result = Payload.Write(serializer, run.GetAwaiter().GetResult());
            return new CompleteWorkflowAction { WorkflowStatus = OrchestrationStatus.Completed, Result = result };
        }
        catch (Exception thrown)
        {
            var failure = Failure(thrown.GetType().FullName ?? thrown.GetType().Name, thrown.Message, thrown.StackTrace);
            return new CompleteWorkflowAction { WorkflowStatus = OrchestrationStatus.Failed, FailureDetails = failure };
        }
    }
}
