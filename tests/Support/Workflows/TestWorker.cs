using StocksDapr.Protocol.Grpc;
using StocksDapr.Protocol.TaskHub;

namespace StocksDapr.Support.Workflows;

/// <summary>
/// A worker without an SDK: a test says what it answers to a turn, and to an activity. Every item is answered on a task of its own, as the SDKs do.
/// </summary>
public sealed class TestWorker : IAsyncDisposable
{
    private readonly CancellationTokenSource _leaving = new();
    private readonly CancellationToken _gone;
    private readonly TaskHubClient _hub;
    private readonly Func<WorkflowRequest, IEnumerable<WorkflowAction>> _turn;
    private readonly Func<ActivityRequest, Task<string?>> _activity;
    private readonly TaskCompletionSource _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _serving = Task.CompletedTask;
    private int _turns;
    private int _activities;

    private TestWorker(Uri address, Func<WorkflowRequest, IEnumerable<WorkflowAction>> turn, Func<ActivityRequest, Task<string?>>? activity)
    {
        _hub = new TaskHubClient(address);
        _gone = _leaving.Token;
        _turn = turn;
        _activity = activity ?? (request => Task.FromResult<string?>(request.Input));
    }

    /// <summary>Turns that it got.</summary>
    public int Turns => _turns;

    /// <summary>Activities that it got.</summary>
    public int Activities => _activities;

    /// <summary>Connects a worker and returns when the sidecar has it.</summary>
    /// <param name="address">Of the sidecar's gRPC port.</param>
    /// <param name="turn">The workflow: past and new events to actions.</param>
    /// <param name="activity">The activity: its result; an exception makes it fail. Without one, activities give back their input.</param>
    public static async Task<TestWorker> ConnectAsync(Uri address, Func<WorkflowRequest, IEnumerable<WorkflowAction>> turn, Func<ActivityRequest, Task<string?>>? activity = null)
    {
        var worker = new TestWorker(address, turn, activity);
        worker._serving = Task.Run(worker.ServeAsync);
        await worker._connected.Task.WaitAsync(TimeSpan.FromSeconds(20));
        return worker;
    }

    /// <summary>Drops the stream, in the middle of whatever it is at.</summary>
    public async ValueTask DisposeAsync()
    {
        await _leaving.CancelAsync();
        await _serving;
        _hub.Dispose();
        _leaving.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            await foreach (var item in _hub.WorkItemsAsync(() => _connected.TrySetResult(), _gone)) _ = Task.Run(() => AnswerAsync(item));
        }
        catch (Exception over) when (over is OperationCanceledException or HttpRequestException or IOException or GrpcException)
        {
            // The worker goes, or the sidecar does.
            _connected.TrySetException(over);
        }
    }

    private async Task AnswerAsync(WorkItem item)
    {
        try
        {
            if (item.WorkflowRequest is { } turn)
            {
                Interlocked.Increment(ref _turns);
                await _hub.CompleteAsync(new WorkflowResponse { InstanceId = turn.InstanceId, CompletionToken = item.CompletionToken, Actions = { _turn(turn) } }, _gone);
                return;
            }

            Interlocked.Increment(ref _activities);
            await _hub.CompleteAsync(await PerformAsync(item.ActivityRequest), _gone);
        }
        catch (Exception over) when (over is OperationCanceledException or HttpRequestException or IOException or GrpcException or ObjectDisposedException)
        {
            // As in the SDKs: a completion that fails is not repeated, the engine gives the item out again.
        }
    }

    private async Task<ActivityResponse> PerformAsync(ActivityRequest request)
    {
        var response = new ActivityResponse { InstanceId = request.WorkflowInstance.InstanceId, TaskId = request.TaskId };
        try
        {
            response.Result = await _activity(request);
        }
        catch (InvalidOperationException failure)
        {
            response.FailureDetails = new TaskFailureDetails { ErrorType = failure.GetType().FullName, ErrorMessage = failure.Message };
        }

        return response;
    }
}
