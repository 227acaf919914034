using System.Collections.Concurrent;
using Dapr.Common.Serialization;
using Dapr.Workflow.Abstractions;
using Dapr.Workflow.Worker.Replay;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using StocksDapr.Protocol.TaskHub;

namespace Dapr.Workflow.Worker;

/// <summary>Runs turns of workflow instances: whatever the code does, there is an answer.</summary>
internal sealed class TurnRunner(
    IWorkflowsFactory factory, IDaprSerializer serializer, IServiceScopeFactory scopes, ILoggerFactory loggers, TimeProvider clock)
{
    /// <summary>Turns do no I/O, so even long histories take milliseconds. This is for code that will never come to rest.</summary>
    internal static readonly TimeSpan DefaultLimit = TimeSpan.FromMinutes(1);

    /// <summary>How many instances are remembered whose code was seen to break the rules after its turn.</summary>
    private const int MaxCulprits = 1000;

    private readonly ILogger _logger = loggers.CreateLogger<WorkflowWorker>();
    private readonly ConcurrentDictionary<string, string> _culprits = new(StringComparer.Ordinal);

    public TimeSpan Limit { get; init; } = DefaultLimit;

    /// <param name="request">What has happened.</param>
    /// <param name="fetched">Events that follow the request's past ones, if the engine does not send all.</param>
    public async Task<WorkflowResponse> RunAsync(WorkflowRequest request, IReadOnlyList<HistoryEvent> fetched)
    {
        var history = new History(fetched.Count == 0 ? request.PastEvents : [.. request.PastEvents, .. fetched], request.NewEvents);
        if (history.Terminated is { } terminated)
            return WithPatches(TurnAnswer.Terminated(request, history.StepCount, terminated.Input), history);
        if (history.Started is not { } started)
            return TurnAnswer.Failed(request, history.StepCount, "WorkflowNameMissing", "The instance's history does not say which workflow it is of.");

        var name = started.ExecutionStarted.Name;
        try
        {
            var scope = scopes.CreateAsyncScope();
            await using (scope.ConfigureAwait(false))
            {
                return await RunAsync(request, history, name, scope.ServiceProvider).ConfigureAwait(false);
            }
        }
        catch (Exception failure)
        {
            // Of the application: its serializer, or a service's disposal. The instance is told, not the worker ended.
            WorkerLog.TurnFailed(_logger, name, request.InstanceId, failure);
            return WithPatches(TurnAnswer.Failed(request, history.StepCount, failure.GetType().FullName ?? failure.GetType().Name, failure.Message, failure.StackTrace), history);
        }
    }

    private async Task<WorkflowResponse> RunAsync(WorkflowRequest request, History history, string name, IServiceProvider services)
    {
        var runs = history.Turns[^1].Runs;
        if (!factory.TryCreateWorkflow(new TaskIdentifier(name), services, out var workflow, out var failure))
        {
            if (!runs)
                return new WorkflowResponse { InstanceId = request.InstanceId };
            if (failure is null)
                WorkerLog.WorkflowIsUnknown(_logger, name, request.InstanceId);
            else
                WorkerLog.TurnFailed(_logger, name, request.InstanceId, failure);
            return failure is null
                ? TurnAnswer.Failed(request, history.StepCount, "WorkflowNotFound", $"Workflow '{name}' is not registered in this app.")
                : TurnAnswer.Failed(request, history.StepCount, failure.GetType().FullName ?? failure.GetType().Name, $"Workflow '{name}' failed to activate: {failure.Message}", failure.StackTrace);
        }

        // On a thread of its own: code that blocks must not take the worker with it.
        var turn = Task.Run(() => Turn(request, history, workflow!));
        try
        {
            return await turn.WaitAsync(Limit, clock).ConfigureAwait(false);
        }
        catch (TimeoutException) when (!turn.IsCompleted)
        {
            return Broken(request, history, name, Violation.DoesNotSettle(Limit));
        }
    }

    private WorkflowResponse Turn(WorkflowRequest request, History history, IWorkflow workflow)
    {
        var started = history.Started!.ExecutionStarted;
        var input = string.IsNullOrEmpty(started.Input) ? null : serializer.Deserialize(started.Input, workflow.InputType);
        var thread = new TurnThread();
        ReplayContext? context = null;
        thread.CameFromOutside = () => CameFromOutside(null);
        context = new ReplayContext(request.InstanceId, request.ExecutionId, history, serializer, loggers, thread)
        {
            OutsideCall = CameFromOutside,
            PropagatedHistory = PropagatedHistoryReader.Read(request.PropagatedHistory),
        };

        var replay = new HistoryReplay(history, context, thread);
        using (WorkItemTrace.OfTurn(started.ParentTraceContext))
            replay.Play(workflow, input);

        if (replay.PatchMismatch is { } mismatch)
        {
            WorkerLog.WorkflowIsStalled(_logger, context.Name, request.InstanceId, mismatch);
            return TurnAnswer.Stalled(request, context, mismatch);
        }

        var broken = _culprits.TryRemove(request.InstanceId, out var late) ? late : context.Broken;
        return broken is null
            ? TurnAnswer.Of(request, replay, context, history.Turns[^1].Runs, serializer)
            : Broken(request, history, context.Name, broken);

        void CameFromOutside(string? origin)
        {
            var violation = Violation.FromOutside(origin);
            if (!thread.HasEnded)
            {
                context!.Break(violation);
                return;
            }

            // The turn is answered. The instance fails in its next one.
            WorkerLog.WorkflowBrokeItsRules(_logger, started.Name, request.InstanceId, violation);
            if (_culprits.Count < MaxCulprits)
                _culprits.TryAdd(request.InstanceId, violation);
        }
    }

    private WorkflowResponse Broken(WorkflowRequest request, History history, string name, string violation)
    {
        WorkerLog.WorkflowBrokeItsRules(_logger, name, request.InstanceId, violation);
        return WithPatches(TurnAnswer.Failed(request, history.StepCount, Violation.ErrorType, $"Workflow '{name}', instance '{request.InstanceId}': {violation}"), history);
    }

    /// <summary>An ending that has nothing to do with patches repeats the recorded ones: an engine that compares them would take their absence for code that lacks them.</summary>
    private static WorkflowResponse WithPatches(WorkflowResponse answer, History history)
    {
        if (PatchLedger.Version(history.Started?.ExecutionStarted.Name ?? string.Empty, history.Patches) is { } version)
            answer.Version = version;
        return answer;
    }
}
