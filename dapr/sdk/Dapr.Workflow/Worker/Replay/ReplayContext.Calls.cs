using StocksDapr.Protocol.TaskHub;

namespace Dapr.Workflow.Worker.Replay;

/// <summary>Activities and child workflows.</summary>
internal sealed partial class ReplayContext
{
    public override Task<T> CallActivityAsync<T>(string name, object? input = null, WorkflowTaskOptions? options = null)
    {
        if (string.IsNullOrWhiteSpace(name))
            return Task.FromException<T>(new ArgumentException("The activity's name is empty.", nameof(name)));
        if (options?.RetryPolicy is not { } policy)
            return Activity<T>(name, input, options);

        // What the timers between the attempts say they belong to.
        var first = _steps.Count;
        return RetryAsync(
            policy,
            () => Activity<T>(name, input, options),
            timer => timer.ActivityRetry = new TimerOriginActivityRetry { TaskExecutionId = TaskExecutionId(first, name) });
    }

    public override Task<TResult> CallChildWorkflowAsync<TResult>(string workflowName, object? input = null, ChildWorkflowTaskOptions? options = null)
    {
        if (string.IsNullOrWhiteSpace(workflowName))
            return Task.FromException<TResult>(new ArgumentException("The workflow's name is empty.", nameof(workflowName)));
        if (options?.RetryPolicy is not { } policy)
            return Child<TResult>(workflowName, input, options, options?.InstanceId ?? NewGuid().ToString());

        string? firstId = null;
        return RetryAsync(
            policy,
            () =>
            {
                var id = options.InstanceId ?? NewGuid().ToString();
                firstId ??= id;
                return Child<TResult>(workflowName, input, options, id);
            },
            timer => timer.ChildWorkflowRetry = new TimerOriginChildWorkflowRetry { InstanceId = firstId });
    }

    private Task<T> Activity<T>(string name, object? input, WorkflowTaskOptions? options) => Call<T>(StepKind.Activity, name, step =>
    {
        var task = new ScheduleTaskAction
        {
            Name = name,
            Input = Payload.Write(_serializer, input),
            TaskExecutionId = TaskExecutionId(step.Id, name),
            Router = Router(options),
        };
        if (Scope(options) is { } scope)
            task.HistoryPropagationScope = scope;
        return new WorkflowAction { Id = step.Id, ScheduleTask = task, Router = Router(options) };
    });

    private Task<T> Child<T>(string name, object? input, ChildWorkflowTaskOptions? options, string instanceId) => Call<T>(StepKind.ChildWorkflow, name, step =>
    {
        var child = new CreateChildWorkflowAction
        {
            Name = name,
            InstanceId = instanceId,
            Input = Payload.Write(_serializer, input),
            Router = Router(options),
        };
        if (Scope(options) is { } scope)
            child.HistoryPropagationScope = scope;
        return new WorkflowAction { Id = step.Id, CreateChildWorkflow = child, Router = Router(options) };
    });

    private Task<T> Call<T>(StepKind kind, string name, Func<Step, WorkflowAction> toAction)
    {
        if (!IsOnThread())
            return Never<T>();

        var step = new CallStep<T>(kind, name, _serializer, toAction);
        try
        {
            return Add(step) ? step.Result : Never<T>();
        }
        catch (Exception unwritable) when (step.Action is null)
        {
            // The input cannot be serialized. The number is used up, as it will be in every replay.
            _steps.Add(new UnwritableStep(kind, name) { Id = step.Id });
            return Task.FromException<T>(unwritable);
        }
    }

    private async Task<T> RetryAsync<T>(WorkflowRetryPolicy policy, Func<Task<T>> attempt, Action<CreateTimerAction> setOrigin)
    {
        var begin = CurrentUtcDateTime;
        for (var failures = 1; ; failures++)
        {
            TimeSpan delay;
            try
            {
                return await attempt();
            }
            catch (WorkflowTaskFailedException) when (policy.DelayAfter(failures, CurrentUtcDateTime - begin) is { } next)
            {
                delay = next;
            }

            await Timer(Later(delay), setOrigin).Fired;
        }
    }

    /// <summary>The same for each replay of a call, different for every other: what an activity can recognise a repetition by.</summary>
    private string TaskExecutionId(int id, string name) => NameBasedGuid.Create(_root, $"{InstanceId}|activity|{id}|{name}").ToString("N");

    private TaskRouter? Router(WorkflowTaskOptions? options) =>
        string.IsNullOrWhiteSpace(options?.TargetAppId) || string.IsNullOrWhiteSpace(_appId)
            ? null
            : new TaskRouter { SourceAppID = _appId, TargetAppID = options.TargetAppId };

    private static StocksDapr.Protocol.TaskHub.HistoryPropagationScope? Scope(WorkflowTaskOptions? options) =>
        options is null or { PropagationScope: HistoryPropagationScope.None }
            ? null
            : (StocksDapr.Protocol.TaskHub.HistoryPropagationScope)(int)options.PropagationScope;

    /// <summary>What code gets that is not to go any further.</summary>
    private static Task<T> Never<T>() => new TaskCompletionSource<T>().Task;
}
