using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using StocksDapr.Protocol.TaskHub;

namespace StocksDapr.Sidecar.Workflows.Instances;

/// <summary>What each action of a worker's answer adds to the history, and what it sets going.</summary>
internal sealed class ActionRules(string appId, TimeProvider time)
{
    public void Apply(Turn turn, WorkflowAction action, TaskRouter router, TurnOutcome outcome)
    {
        switch (action.WorkflowActionTypeCase)
        {
            case WorkflowAction.WorkflowActionTypeOneofCase.ScheduleTask:
                outcome.Events.Add(Schedule(turn, action, router));
                break;
            case WorkflowAction.WorkflowActionTypeOneofCase.CreateTimer:
                outcome.Events.Add(CreateTimer(action, router));
                break;
            case WorkflowAction.WorkflowActionTypeOneofCase.CreateChildWorkflow:
                CreateChild(turn, action, router, outcome);
                break;
            case WorkflowAction.WorkflowActionTypeOneofCase.CreateDetachedWorkflow:
                CreateDetached(action, router, outcome);
                break;
            case WorkflowAction.WorkflowActionTypeOneofCase.TerminateWorkflow:
                var order = new ExecutionTerminatedEvent { Input = action.TerminateWorkflow.Reason, Recurse = action.TerminateWorkflow.Recurse };
                outcome.Messages.Add(new OutgoingEvent(
                    router.TargetAppID, action.TerminateWorkflow.InstanceId, "", new HistoryEvent { EventId = -1, Timestamp = Now(), ExecutionTerminated = order, Router = router }));
                break;
            case WorkflowAction.WorkflowActionTypeOneofCase.SendEvent:
                // daprd 1.18 has no way to deliver it: it gives the turn up and does not try again by itself.
                throw new TurnRefusedException("an event cannot be sent from a workflow: raise it from an activity, through the client", retry: false);
            default:
                throw new TurnRefusedException($"unknown action type: {action}", retry: true);
        }
    }

    /// <summary>The end of the workflow, and the news for its parent.</summary>
    public HistoryEvent Complete(Turn turn, WorkflowAction action, TaskRouter router, TurnOutcome outcome)
    {
        var completion = action.CompleteWorkflow;
        var end = new HistoryEvent
        {
            EventId = action.Id,
            Timestamp = Now(),
            ExecutionCompleted = new ExecutionCompletedEvent { WorkflowStatus = completion.WorkflowStatus, Result = completion.Result, FailureDetails = completion.FailureDetails },
            Router = router,
        };
        outcome.Events.Add(end);
        if (StartOf(turn)?.ExecutionStarted.ParentInstance is { } parent) outcome.Messages.Add(ToParent(parent, completion, router));
        return end;
    }

    /// <summary>The events with which a workflow that starts over begins anew.</summary>
    public List<HistoryEvent> StartOver(Turn turn, CompleteWorkflowAction completion, TaskRouter router)
    {
        var start = StartOf(turn)?.ExecutionStarted ?? throw new TurnRefusedException("a workflow that has not started cannot start over", retry: true);
        var next = new ExecutionStartedEvent
        {
            Name = start.Name,
            ParentInstance = start.ParentInstance,
            Input = completion.Result,
            WorkflowInstance = new WorkflowInstance { InstanceId = start.WorkflowInstance.InstanceId, ExecutionId = NewExecution() },
            ParentTraceContext = start.ParentTraceContext,
        };
        return
        [
            new HistoryEvent { EventId = -1, Timestamp = Now(), WorkflowStarted = new WorkflowStartedEvent(), Router = router },
            new HistoryEvent { EventId = -1, Timestamp = Now(), ExecutionStarted = next, Router = router },
            .. completion.CarryoverEvents,
        ];
    }

    /// <summary>A recursive termination goes to every child of this execution that may still run.</summary>
    public void TerminateChildren(Turn turn, TurnOutcome outcome, ExecutionTerminatedEvent termination)
    {
        var created = outcome.Events.Where(happened => happened.ChildWorkflowInstanceCreated is not null)
            .Select(happened => new ChildReference(happened.ChildWorkflowInstanceCreated.InstanceId, happened.Router?.TargetAppID ?? ""));
        foreach (var child in turn.State.Children.Concat(created).DistinctBy(child => child.InstanceId))
        {
            var order = new ExecutionTerminatedEvent { Input = termination.Input, Recurse = true };
            outcome.Messages.Add(new OutgoingEvent(child.AppId, child.InstanceId, "", new HistoryEvent { EventId = -1, Timestamp = Now(), ExecutionTerminated = order }));
        }
    }

    public static string NewExecution() => Guid.NewGuid().ToString();

    private Timestamp Now() => Timestamp.FromDateTimeOffset(time.GetUtcNow());

    private static HistoryEvent? StartOf(Turn turn) => turn.State.Start ?? turn.NewEvents.Find(happened => happened.ExecutionStarted is not null);

    private HistoryEvent Schedule(Turn turn, WorkflowAction action, TaskRouter router)
    {
        var wanted = action.ScheduleTask;
        var scheduled = new TaskScheduledEvent
        {
            Name = wanted.Name,
            Version = wanted.Version,
            Input = wanted.Input,
            TaskExecutionId = wanted.TaskExecutionId,
            ParentTraceContext = StartOf(turn)?.ExecutionStarted.ParentTraceContext,
        };
        if (wanted.HasHistoryPropagationScope) scheduled.HistoryPropagationScope = wanted.HistoryPropagationScope;
        return new HistoryEvent { EventId = action.Id, Timestamp = Now(), TaskScheduled = scheduled, Router = router };
    }

    private HistoryEvent CreateTimer(WorkflowAction action, TaskRouter router)
    {
        var wanted = action.CreateTimer;
        var created = new TimerCreatedEvent { FireAt = wanted.FireAt };
        if (wanted.HasName) created.Name = wanted.Name;
        switch (wanted.OriginCase)
        {
            case CreateTimerAction.OriginOneofCase.CreateTimer:
                created.CreateTimer = wanted.CreateTimer;
                break;
            case CreateTimerAction.OriginOneofCase.ExternalEvent:
                created.ExternalEvent = wanted.ExternalEvent;
                break;
            case CreateTimerAction.OriginOneofCase.ActivityRetry:
                created.ActivityRetry = wanted.ActivityRetry;
                break;
            case CreateTimerAction.OriginOneofCase.ChildWorkflowRetry:
                created.ChildWorkflowRetry = wanted.ChildWorkflowRetry;
                break;
            default:
                break;
        }

        return new HistoryEvent { EventId = action.Id, Timestamp = Now(), TimerCreated = created, Router = router };
    }

    private void CreateChild(Turn turn, WorkflowAction action, TaskRouter router, TurnOutcome outcome)
    {
        var wanted = action.CreateChildWorkflow;
        var parent = StartOf(turn)?.ExecutionStarted ?? throw new TurnRefusedException("a workflow that has not started cannot have children", retry: true);
        var parentId = parent.WorkflowInstance.InstanceId;
        var id = wanted.InstanceId.Length > 0 ? wanted.InstanceId : ChildId(parentId, action.Id);
        var created = new ChildWorkflowInstanceCreatedEvent
        {
            InstanceId = id,
            Name = wanted.Name,
            Version = wanted.Version,
            Input = wanted.Input,
            ParentTraceContext = parent.ParentTraceContext,
        };
        if (wanted.HasHistoryPropagationScope) created.HistoryPropagationScope = wanted.HistoryPropagationScope;
        outcome.Events.Add(new HistoryEvent { EventId = action.Id, Timestamp = Now(), ChildWorkflowInstanceCreated = created, Router = router });
        var relation = new ParentInstanceInfo
        {
            TaskScheduledId = action.Id,
            Name = parent.Name,
            WorkflowInstance = new WorkflowInstance { InstanceId = parentId, ExecutionId = parent.WorkflowInstance.ExecutionId },
            AppID = appId,
        };
        outcome.Creations.Add(new NewInstance(router.TargetAppID, Start(created, relation, router), action.Id));
    }

    /// <summary>The first event of a child.</summary>
    public HistoryEvent Start(ChildWorkflowInstanceCreatedEvent created, ParentInstanceInfo relation, TaskRouter router) => new()
    {
        EventId = -1,
        Timestamp = Now(),
        ExecutionStarted = new ExecutionStartedEvent
        {
            Name = created.Name,
            ParentInstance = relation,
            Input = created.Input,
            WorkflowInstance = new WorkflowInstance { InstanceId = created.InstanceId, ExecutionId = NewExecution() },
            ParentTraceContext = created.ParentTraceContext,
        },
        Router = router,
    };

    /// <summary>The id of a child that was given none: the same on every replay.</summary>
    public static string ChildId(string parentId, int actionId) => string.Create(CultureInfo.InvariantCulture, $"{parentId}:{actionId & 0xFFFF:x4}");

    private void CreateDetached(WorkflowAction action, TaskRouter router, TurnOutcome outcome)
    {
        var wanted = action.CreateDetachedWorkflow;
        if (wanted.InstanceId.Length == 0) throw new TurnRefusedException("a detached workflow needs an instance id", retry: true);
        outcome.Events.Add(new HistoryEvent
        {
            EventId = action.Id,
            Timestamp = Now(),
            DetachedWorkflowInstanceCreated = new DetachedWorkflowInstanceCreatedEvent { InstanceId = wanted.InstanceId },
            Router = router,
        });
        var started = new ExecutionStartedEvent
        {
            Name = wanted.Name,
            Input = wanted.Input,
            WorkflowInstance = new WorkflowInstance { InstanceId = wanted.InstanceId, ExecutionId = NewExecution() },
            ParentTraceContext = wanted.ParentTraceContext,
            ScheduledStartTimestamp = wanted.ScheduledStartTimestamp,
        };
        var target = wanted.Router?.TargetAppID is { Length: > 0 } own ? own : router.TargetAppID;
        outcome.Creations.Add(new NewInstance(target, new HistoryEvent { EventId = -1, Timestamp = Now(), ExecutionStarted = started, Router = router }, null));
    }

    private OutgoingEvent ToParent(ParentInstanceInfo parent, CompleteWorkflowAction completion, TaskRouter router)
    {
        var id = parent.TaskScheduledId;
        var news = new HistoryEvent
        {
            EventId = -1,
            Timestamp = Now(),
            Router = parent.HasAppID ? new TaskRouter { SourceAppID = appId, TargetAppID = parent.AppID } : router,
        };
        if (completion.WorkflowStatus == OrchestrationStatus.Completed)
            news.ChildWorkflowInstanceCompleted = new ChildWorkflowInstanceCompletedEvent { TaskScheduledId = id, Result = completion.Result };
        else
            news.ChildWorkflowInstanceFailed = new ChildWorkflowInstanceFailedEvent { TaskScheduledId = id, FailureDetails = completion.FailureDetails };
        return new OutgoingEvent(parent.HasAppID ? parent.AppID : "", parent.WorkflowInstance.InstanceId, parent.WorkflowInstance.ExecutionId ?? "", news);
    }
}
