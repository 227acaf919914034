using Dapr.Workflow.Client;
using Dapr.Workflow.Grpc;
using Microsoft.Extensions.Logging;
using StocksDapr.Protocol.Grpc;
using StocksDapr.Protocol.TaskHub;

namespace Dapr.Workflow.Worker;

/// <summary>Does what one stream of work brings, a limited number of things at once, and hands in the results.</summary>
internal sealed class WorkItemProcessor(TaskHub hub, TurnRunner turns, ActivityRunner activities, ILogger<WorkflowWorker> logger, TimeProvider clock) : IDisposable
{
    /// <summary>Turns, and also activities, that may be under way at once.</summary>
    public const int Slots = 100;

    private static readonly TimeSpan FirstRetryDelay = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestRetryDelay = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim _turnSlots = new(Slots);
    private readonly SemaphoreSlim _activitySlots = new(Slots);
    private volatile bool _isDraining;

    /// <summary>Takes a work item; returns at once.</summary>
    /// <param name="item">The item.</param>
    /// <param name="stream">
    /// Ends with the stream that brought the item: then the engine gives the work out again, and a result handed in late could be taken for that of another attempt.
    /// </param>
    public void Take(WorkItem item, CancellationToken stream)
    {
        switch (item.RequestCase)
        {
            case WorkItem.RequestOneofCase.WorkflowRequest:
                _ = ProcessAsync(_turnSlots, item.WorkflowRequest.InstanceId, () => TurnAsync(item, stream), stream);
                break;
            case WorkItem.RequestOneofCase.ActivityRequest:
                _ = ProcessAsync(_activitySlots, item.ActivityRequest.WorkflowInstance?.InstanceId ?? string.Empty, () => ActivityAsync(item, stream), stream);
                break;
            default:
                WorkerLog.WorkItemIsUnknown(logger, item.RequestCase.ToString());
                break;
        }
    }

    /// <summary>Begins nothing new and waits for what is under way.</summary>
    public async Task DrainAsync(CancellationToken cancellationToken)
    {
        _isDraining = true;
        for (var i = 0; i < Slots; i++)
        {
            await _turnSlots.WaitAsync(cancellationToken).ConfigureAwait(false);
            await _activitySlots.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public void Dispose()
    {
        _turnSlots.Dispose();
        _activitySlots.Dispose();
    }

    private async Task ProcessAsync(SemaphoreSlim slots, string instanceId, Func<Task> process, CancellationToken stream)
    {
        // The caller reads the stream and is not to be held up.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            await slots.WaitAsync(stream).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        try
        {
            if (!_isDraining && !stream.IsCancellationRequested)
                await process().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stream.IsCancellationRequested)
        {
            // The engine gives the work out again, to whoever is connected.
        }
        catch (Exception failure)
        {
            WorkerLog.WorkItemFailed(logger, instanceId, failure);
        }
        finally
        {
            slots.Release();
        }
    }

    private async Task TurnAsync(WorkItem item, CancellationToken stream)
    {
        var request = item.WorkflowRequest;
        IReadOnlyList<HistoryEvent> fetched = [];
        if (request.RequiresHistoryStreaming)
            fetched = (await hub.GetInstanceHistoryAsync(new GetInstanceHistoryRequest { InstanceId = request.InstanceId }, stream).ConfigureAwait(false)).Events;

        var answer = await turns.RunAsync(request, fetched).ConfigureAwait(false);
        await HandInAsync(
            "a turn",
            request.InstanceId,
            answer,
            async response =>
            {
                response.CompletionToken = item.CompletionToken;
                await hub.CompleteWorkflowAsync(response, stream).ConfigureAwait(false);
            },
            tooBig => TurnAnswer.Failed(request, answer.Actions.Count == 0 ? 0 : answer.Actions.Max(action => action.Id) + 1, "WorkflowResponseTooLarge", $"What the workflow wants in one turn cannot be sent to the sidecar: {tooBig}"),
            stream).ConfigureAwait(false);
    }

    private async Task ActivityAsync(WorkItem item, CancellationToken stream)
    {
        var request = item.ActivityRequest;
        var answer = await activities.RunAsync(request).ConfigureAwait(false);
        await HandInAsync(
            $"activity '{request.Name}'",
            answer.InstanceId,
            answer,
            async response =>
            {
                response.CompletionToken = item.CompletionToken;
                await hub.CompleteActivityAsync(response, stream).ConfigureAwait(false);
            },
            tooBig => ActivityRunner.Failed(request, "ActivityResultTooLarge", $"The result of activity '{request.Name}' cannot be sent to the sidecar: {tooBig}"),
            stream).ConfigureAwait(false);
    }

    /// <summary>Hands in a result until it has arrived or has become void, and where it is too big says that instead: an item without an answer would be waited for for ever.</summary>
    private async Task HandInAsync<T>(string what, string instanceId, T answer, Func<T, Task> handIn, Func<string, T> instead, CancellationToken stream)
    {
        var delay = FirstRetryDelay;
        var isReplaced = false;
        while (true)
        {
            try
            {
                await handIn(answer).ConfigureAwait(false);
                return;
            }
            catch (WorkflowRpcException away) when (away.StatusCode is (int)GrpcStatusCode.Unavailable or (int)GrpcStatusCode.DeadlineExceeded or (int)GrpcStatusCode.Cancelled)
            {
                WorkerLog.HandingInIsRepeated(logger, what, instanceId, away.Detail, delay);
                await Task.Delay(delay, clock, stream).ConfigureAwait(false);
                delay = TimeSpan.FromTicks(Math.Min(delay.Ticks * 2, LongestRetryDelay.Ticks));
            }
            catch (WorkflowRpcException tooBig) when (tooBig.StatusCode == (int)GrpcStatusCode.ResourceExhausted && !isReplaced)
            {
                WorkerLog.HandingInFailed(logger, what, instanceId, tooBig);
                answer = instead(tooBig.Detail);
                isReplaced = true;
            }
            catch (WorkflowRpcException refused)
            {
                WorkerLog.HandingInFailed(logger, what, instanceId, refused);
                return;
            }
        }
    }
}
