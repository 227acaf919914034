using Dapr.Common.Serialization;
using Dapr.Workflow;
using Dapr.Workflow.Worker;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using StocksDapr.Protocol.TaskHub;

namespace StocksDapr.Sdk.Workflow;

/// <summary>
/// Takes the part of the sidecar's engine towards one workflow instance, without a wire: keeps its history, hands turns to the worker's replay, writes down what comes back.
/// What happens outside of the workflow, the test says.
/// </summary>
internal sealed class TurnDriver
{
    public const string InstanceId = "instance";

    private static readonly DateTime Begin = new(2026, 1, 5, 9, 30, 0, DateTimeKind.Utc);

    private readonly List<HistoryEvent> _inbox = [];
    private readonly string _name;
    private int _generation;
    private TurnRunner _turns;

    public TurnDriver(string name, Action<WorkflowRuntimeOptions> register, string? input = null, ILoggerFactory? loggers = null)
    {
        _name = name;
        Loggers = loggers ?? NullLoggerFactory.Instance;
        _turns = Runner(register);
        Now = Begin;
        Start(input);
    }

    public TurnDriver(Func<WorkflowContext, Task<object?>> code, string? input = null, ILoggerFactory? loggers = null)
        : this("Code", options => options.RegisterWorkflow<object?, object?>("Code", (context, _) => code(context)), input, loggers)
    {
    }

    public ILoggerFactory Loggers { get; }

    public TimeSpan Limit { get; init; } = TimeSpan.FromMinutes(1);

    public DateTime Now { get; set; }

    public List<HistoryEvent> Past { get; } = [];

    public string? CustomStatus { get; private set; }

    /// <summary>How the instance ended; null as long as it did not.</summary>
    public CompleteWorkflowAction? Ending { get; private set; }

    /// <summary>Another version of the code takes over.</summary>
    public void Deploy(Func<WorkflowContext, Task<object?>> code) =>
        _turns = Runner(options => options.RegisterWorkflow<object?, object?>(_name, (context, _) => code(context)));

    public TurnDriver Complete(int id, string? result = null) =>
        Put(new HistoryEvent { TaskCompleted = new TaskCompletedEvent { TaskScheduledId = id, Result = result } });

    public TurnDriver Fail(int id, string message, string type = "System.TimeoutException") =>
        Put(new HistoryEvent { TaskFailed = new TaskFailedEvent { TaskScheduledId = id, FailureDetails = new TaskFailureDetails { ErrorType = type, ErrorMessage = message } } });

    public TurnDriver CompleteChild(int id, string? result = null) =>
        Put(new HistoryEvent { ChildWorkflowInstanceCompleted = new ChildWorkflowInstanceCompletedEvent { TaskScheduledId = id, Result = result } });

    public TurnDriver FailChild(int id, string message) => Put(new HistoryEvent
    {
        ChildWorkflowInstanceFailed = new ChildWorkflowInstanceFailedEvent { TaskScheduledId = id, FailureDetails = new TaskFailureDetails { ErrorType = "Broken", ErrorMessage = message } },
    });

    public TurnDriver Fire(int id) => Put(new HistoryEvent { TimerFired = new TimerFiredEvent { TimerId = id } });

    public TurnDriver Raise(string name, string? data = null) => Put(new HistoryEvent { EventRaised = new EventRaisedEvent { Name = name, Input = data } });

    public TurnDriver Suspend() => Put(new HistoryEvent { ExecutionSuspended = new ExecutionSuspendedEvent() });

    public TurnDriver Resume() => Put(new HistoryEvent { ExecutionResumed = new ExecutionResumedEvent() });

    public TurnDriver Terminate(string? output) => Put(new HistoryEvent { ExecutionTerminated = new ExecutionTerminatedEvent { Input = output } });

    public TurnDriver Put(HistoryEvent happened)
    {
        happened.EventId = -1;
        happened.Timestamp = Timestamp.FromDateTime(Now);
        _inbox.Add(happened);
        return this;
    }

    /// <summary>What the worker would be sent now.</summary>
    public WorkflowRequest Request()
    {
        var started = new HistoryEvent { EventId = -1, Timestamp = Timestamp.FromDateTime(Now), WorkflowStarted = new WorkflowStartedEvent() };
        return new WorkflowRequest { InstanceId = InstanceId, PastEvents = { Past }, NewEvents = { started, _inbox } };
    }

    /// <summary>Another worker, which may know other rules, answers the turn with these steps.</summary>
    public void TurnElsewhere(params (int Id, HistoryEvent Step)[] steps)
    {
        Past.AddRange(Request().NewEvents);
        _inbox.Clear();
        foreach (var (id, step) in steps)
            Write(id, step);
        Now = Now.AddSeconds(1);
    }

    /// <summary>Runs a turn and forgets it, as if the worker had died.</summary>
    public Task<WorkflowResponse> TryTurnAsync() => _turns.RunAsync(Request(), []);

    /// <summary>Runs a turn with everything that has happened, and keeps what comes of it.</summary>
    public async Task<WorkflowResponse> TurnAsync()
    {
        var request = Request();
        var answer = await _turns.RunAsync(request, []);
        if (answer.Version is { Patches.Count: > 0 } version)
            request.NewEvents[0].WorkflowStarted.Version = new WorkflowVersion { Patches = { version.Patches.Skip(Past.Sum(entry => entry.WorkflowStarted?.Version?.Patches.Count ?? 0)) } };
        Past.AddRange(request.NewEvents);
        _inbox.Clear();
        CustomStatus = answer.CustomStatus;
        foreach (var action in answer.Actions)
            Commit(action);
        Now = Now.AddSeconds(1);
        return answer;
    }

    private void Start(string? input) => Put(new HistoryEvent
    {
        ExecutionStarted = new ExecutionStartedEvent
        {
            Name = _name,
            Input = input,
            WorkflowInstance = new WorkflowInstance { InstanceId = InstanceId, ExecutionId = $"00000000-0000-0000-0000-{++_generation:D12}" },
        },
        Router = new TaskRouter { SourceAppID = "app" },
    });

    private void Commit(WorkflowAction action)
    {
        switch (action.WorkflowActionTypeCase)
        {
            case WorkflowAction.WorkflowActionTypeOneofCase.ScheduleTask:
                Write(action.Id, new HistoryEvent { TaskScheduled = new TaskScheduledEvent { Name = action.ScheduleTask.Name, Input = action.ScheduleTask.Input, TaskExecutionId = action.ScheduleTask.TaskExecutionId } });
                break;
            case WorkflowAction.WorkflowActionTypeOneofCase.CreateTimer:
                var created = new TimerCreatedEvent { FireAt = action.CreateTimer.FireAt };
                if (action.CreateTimer.ExternalEvent is { } wait)
                    created.ExternalEvent = wait;
                Write(action.Id, new HistoryEvent { TimerCreated = created });
                break;
            case WorkflowAction.WorkflowActionTypeOneofCase.CreateChildWorkflow:
                Write(action.Id, new HistoryEvent { ChildWorkflowInstanceCreated = new ChildWorkflowInstanceCreatedEvent { Name = action.CreateChildWorkflow.Name, InstanceId = action.CreateChildWorkflow.InstanceId } });
                break;
            case WorkflowAction.WorkflowActionTypeOneofCase.SendEvent:
                Write(action.Id, new HistoryEvent { EventSent = new EventSentEvent { Name = action.SendEvent.Name, InstanceId = action.SendEvent.Instance.InstanceId } });
                break;
            case WorkflowAction.WorkflowActionTypeOneofCase.CompleteWorkflow when action.CompleteWorkflow.WorkflowStatus == OrchestrationStatus.ContinuedAsNew:
                Past.Clear();
                Start(action.CompleteWorkflow.Result);
                _inbox.AddRange(action.CompleteWorkflow.CarryoverEvents);
                break;
            default:
                Ending ??= action.CompleteWorkflow;
                break;
        }
    }

    private void Write(int id, HistoryEvent entry)
    {
        entry.EventId = id;
        entry.Timestamp = Timestamp.FromDateTime(Now);
        Past.Add(entry);
    }

    private TurnRunner Runner(Action<WorkflowRuntimeOptions> register)
    {
        var options = new WorkflowRuntimeOptions();
        register(options);
        var factory = new WorkflowsFactory(NullLogger<WorkflowsFactory>.Instance);
        options.ApplyRegistrations(factory);
        var services = new ServiceCollection().BuildServiceProvider();
        return new TurnRunner(factory, new JsonDaprSerializer(), services.GetRequiredService<IServiceScopeFactory>(), Loggers, TimeProvider.System) { Limit = Limit };
    }
}
