using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using StocksDapr.Protocol.Grpc;
using StocksDapr.Protocol.TaskHub;
using StocksDapr.Sidecar.Workflows.Storage;

namespace StocksDapr.Sidecar.Workflows.Instances;

/// <summary>
/// A run that takes up the history of another one before one of its steps: what was finished before the step is kept, the step and whatever was under way
/// beside it are done anew.
/// </summary>
internal sealed class Fork(string appId, TimeProvider time)
{
    private readonly ActionRules _actions = new(appId, time);

    public static WorkflowException Exists(string id) => new(WorkflowProblem.InUse, GrpcStatusCode.AlreadyExists, $"workflow '{id}' has already been created");

    /// <exception cref="WorkflowException">The source is not there, has not ended, is a child, or the event is no step that can be done again.</exception>
    public ForkSeed Build(RerunWorkflowFromEventRequest request, string newId, InstanceSnapshot? source, IReadOnlyList<ByteString>? history)
    {
        ArgumentNullException.ThrowIfNull(request);
        var id = request.SourceInstanceID;
        if (source is null || history is null) throw new WorkflowException(WorkflowProblem.NotFound, GrpcStatusCode.NotFound, $"workflow instance does not exist with ID '{id}'");
        if (!source.IsOver) throw WorkflowException.Invalid($"'{id}' is not in a terminal state");
        if (source.Parent is not null) throw WorkflowException.Invalid($"'{id}': cannot rerun from child-workflows");

        var kept = new List<HistoryEvent>();
        var open = new SortedDictionary<int, HistoryEvent>();
        HistoryEvent? target = null;
        foreach (var bytes in history)
        {
            var happened = HistoryEvent.Parser.ParseFrom(bytes);
            if (happened.EventId == unchecked((int)request.EventID))
            {
                target = happened;
                break;
            }

            Keep(happened, kept, open);
        }

        if (target is null) throw new WorkflowException(WorkflowProblem.NotFound, GrpcStatusCode.NotFound, $"does not have history event with ID '{request.EventID}'");
        foreach (var child in open.Values.Where(step => step.ChildWorkflowInstanceCreated is not null))
            child.ChildWorkflowInstanceCreated.InstanceId = ActionRules.ChildId(newId, child.EventId);
        Mark(target, request, newId);
        var again = open.Values.Append(target).ToList();
        foreach (var step in again) step.Timestamp = Timestamp.FromDateTimeOffset(time.GetUtcNow());
        return Seed(newId, [.. kept, .. again], again);
    }

    private static void Keep(HistoryEvent happened, List<HistoryEvent> kept, SortedDictionary<int, HistoryEvent> open)
    {
        if (happened.TaskScheduled is not null || happened.TimerCreated is not null || happened.ChildWorkflowInstanceCreated is not null)
        {
            open[happened.EventId] = happened;
            return;
        }

        var resolved = happened.TaskCompleted?.TaskScheduledId ?? happened.TaskFailed?.TaskScheduledId
            ?? happened.ChildWorkflowInstanceCompleted?.TaskScheduledId ?? happened.ChildWorkflowInstanceFailed?.TaskScheduledId ?? happened.TimerFired?.TimerId;
        if (resolved is { } step && open.Remove(step, out var begun)) kept.Add(begun);
        kept.Add(happened);
    }

    private static void Mark(HistoryEvent target, RerunWorkflowFromEventRequest request, string newId)
    {
        var origin = new RerunParentInstanceInfo { InstanceID = request.SourceInstanceID };
        switch (target.EventTypeCase)
        {
            case HistoryEvent.EventTypeOneofCase.TaskScheduled:
                if (request.HasNewChildWorkflowInstanceID)
                    throw WorkflowException.Invalid($"cannot set new child workflow instance ID on activity event '{request.EventID}'");
                target.TaskScheduled.RerunParentInstanceInfo = origin;
                if (request.OverwriteInput) target.TaskScheduled.Input = request.Input;
                break;
            case HistoryEvent.EventTypeOneofCase.TimerCreated:
                if (request.OverwriteInput) throw WorkflowException.Invalid($"cannot write input to timer event '{request.EventID}'");
                if (request.HasNewChildWorkflowInstanceID)
                    throw WorkflowException.Invalid($"cannot set new child workflow instance ID on timer event '{request.EventID}'");
                target.TimerCreated.RerunParentInstanceInfo = origin;
                break;
            case HistoryEvent.EventTypeOneofCase.ChildWorkflowInstanceCreated:
                var child = target.ChildWorkflowInstanceCreated;
                child.RerunParentInstanceInfo = origin;
                child.InstanceId = request.HasNewChildWorkflowInstanceID ? request.NewChildWorkflowInstanceID : ActionRules.ChildId(newId, target.EventId);
                if (request.OverwriteInput) child.Input = request.Input;
                break;
            default:
                throw new WorkflowException(
                    WorkflowProblem.NotFound, GrpcStatusCode.NotFound, $"target event '{target.EventTypeCase}' with ID '{request.EventID}' is not an event that can be rerun");
        }
    }

    private ForkSeed Seed(string newId, List<HistoryEvent> events, List<HistoryEvent> again)
    {
        var state = new InstanceState();
        foreach (var happened in events)
        {
            // The copy is an execution of its own: results that are under way for the original do not reach it.
            if (happened.ExecutionStarted is { } started)
                started.WorkflowInstance = new WorkflowInstance { InstanceId = newId, ExecutionId = ActionRules.NewExecution() };
            state.Append(happened, happened.ToByteString());
        }

        var start = state.Start ?? throw WorkflowException.Invalid("the history does not say what was started");
        var children = again.Where(step => step.ChildWorkflowInstanceCreated is not null).Select(step => new NewRow
        {
            Id = step.ChildWorkflowInstanceCreated.InstanceId,
            Start = _actions.Start(
                step.ChildWorkflowInstanceCreated,
                new ParentInstanceInfo
                {
                    TaskScheduledId = step.EventId,
                    Name = start.ExecutionStarted.Name,
                    WorkflowInstance = new WorkflowInstance { InstanceId = newId, ExecutionId = state.ExecutionId },
                    AppID = appId,
                },
                step.Router).ToByteString(),
        });
        return new ForkSeed(start.ToByteString(), state, [.. children]);
    }
}

/// <summary>What a fork begins with.</summary>
/// <param name="Start">Its first event.</param>
/// <param name="State">Its history so far.</param>
/// <param name="Children">Instances to create with it.</param>
internal sealed record ForkSeed(ByteString Start, InstanceState State, IReadOnlyList<NewRow> Children);
