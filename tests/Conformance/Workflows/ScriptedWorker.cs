using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using StocksDapr.Protocol.Grpc;
using StocksDapr.Protocol.TaskHub;
using StocksDapr.Support.Workflows;

namespace StocksDapr.Conformance.Workflows;

/// <summary>The small worker of the recordings: gives the recorded answers, in order, and notes what it got.</summary>
internal sealed class ScriptedWorker(JsonObject recorded) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Queue<JsonNode?>> _turns = new(recorded["workflowItems"]!.AsArray()
        .GroupBy(item => item!["instanceId"]!.GetValue<string>()).ToDictionary(items => items.Key, items => new Queue<JsonNode?>(items.Select(item => item!["response"]))));

    private readonly ConcurrentDictionary<(string, int), Queue<JsonNode>> _activities = new((recorded["activityItems"]?.AsArray() ?? [])
        .GroupBy(item => (item!["workflowInstance"]!["instanceId"]!.GetValue<string>(), item["taskId"]?.GetValue<int>() ?? 0))
        .ToDictionary(items => items.Key, items => new Queue<JsonNode>(items.Select(item => item!))));

    private readonly ConcurrentBag<Task> _answers = [];
    private CancellationTokenSource _stream = new();
    private Task _serving = Task.CompletedTask;
    private TaskHubClient? _hub;

    /// <summary>What the worker got of workflows, in order of arrival.</summary>
    public ConcurrentQueue<WorkflowRequest> Turns { get; } = new();

    /// <summary>What it got of activities.</summary>
    public ConcurrentQueue<ActivityRequest> Activities { get; } = new();

    /// <summary>Connects to a sidecar, and again whenever the stream breaks.</summary>
    public void Connect(Uri address)
    {
        _stream = new CancellationTokenSource();
        var hub = _hub = new TaskHubClient(address);
        _serving = Task.Run(() => ServeAsync(hub, _stream.Token));
    }

    /// <summary>Goes, when what it is at is answered.</summary>
    public async Task LeaveAsync()
    {
        await _stream.CancelAsync();
        await _serving;
        await Task.WhenAll(_answers);
        _hub?.Dispose();
        _stream.Dispose();
    }

    public async ValueTask DisposeAsync() => await LeaveAsync();

    private async Task ServeAsync(TaskHubClient hub, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await foreach (var item in hub.WorkItemsAsync(null, cancellationToken))
                {
                    if (item.ActivityRequest is { } activity) _answers.Add(Task.Run(() => PerformAsync(hub, activity), CancellationToken.None));
                    else if (!await TurnAsync(hub, item.WorkflowRequest, item.CompletionToken)) break;
                }
            }
            catch (Exception gone) when (gone is OperationCanceledException or HttpRequestException or IOException or GrpcException)
            {
                // The sidecar is killed, or the case is over.
            }

            await Task.Delay(100, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>False when the script says that the worker goes away now.</summary>
    private async Task<bool> TurnAsync(TaskHubClient hub, WorkflowRequest turn, string token)
    {
        Turns.Enqueue(turn);
        if (!_turns.TryGetValue(turn.InstanceId, out var script) || script.Count == 0) return true;
        if (script.Dequeue() is not JsonObject answer) return false;
        var response = RecordedJson.ToMessage(Conversation.FillTimes(recorded, answer), WorkflowResponse.Parser);
        response.CompletionToken = token;
        await hub.CompleteAsync(response);
        return true;
    }

    private async Task PerformAsync(TaskHubClient hub, ActivityRequest activity)
    {
        Activities.Enqueue(activity);
        JsonNode script;
        lock (_activities)
        {
            if (!_activities.TryGetValue((activity.WorkflowInstance.InstanceId, activity.TaskId), out var scripts) || scripts.Count == 0) return;
            script = scripts.Dequeue();
        }

        await Task.Delay(script["workedMs"]?.GetValue<int>() ?? 0);
        try
        {
            await hub.CompleteAsync(RecordedJson.ToMessage(script["response"]!.AsObject(), ActivityResponse.Parser));
        }
        catch (Exception gone) when (gone is HttpRequestException or IOException or GrpcException)
        {
            // The case has ended without it.
        }
    }
}
