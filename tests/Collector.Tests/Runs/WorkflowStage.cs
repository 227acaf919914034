using System.Text.Json;
using Dapr.Workflow;
using Dapr.Workflow.Abstractions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using StocksDapr.Contracts.Json;
using StocksDapr.Support;

namespace StocksDapr.Collector.Tests.Runs;

/// <summary>
/// Runs workflow code as an engine would, apart from replay: activities by their names, every payload through JSON, retries, timers on the test's
/// clock (which jumps to them), continue-as-new.
/// </summary>
internal sealed class WorkflowStage(ManualTimeProvider time, IReadOnlyDictionary<string, IWorkflowActivity> activities)
{
    private const int MaxGenerations = 1_000;

    private readonly SemaphoreSlim _one = new(1);

    /// <summary>Names of the activities that were called, in their order, repetitions included.</summary>
    public List<string> Calls { get; } = [];

    /// <summary>Generations that the last workflow took.</summary>
    public int Generations { get; private set; }

    /// <summary>The longest input of a generation, in characters.</summary>
    public int LongestInput { get; private set; }

    /// <summary>Called before each activity; it may throw.</summary>
    public Action<string> Before { get; set; } = _ => { };

    public async Task<TOutput> RunAsync<TInput, TOutput>(Workflow<TInput, TOutput> workflow, string id, TInput input)
    {
        Generations = 0;
        var next = JsonSerializer.Serialize(input, ContractsJson.Options);
        while (true)
        {
            if (++Generations > MaxGenerations)
                throw new InvalidOperationException("The workflow continues as new for ever.");
            LongestInput = Math.Max(LongestInput, next.Length);
            var context = new Context(this, id);
            var output = await workflow.RunAsync(context, JsonSerializer.Deserialize<TInput>(next, ContractsJson.Options)!);
            if (context.Next is null)
                return output;
            next = context.Next;
        }
    }

    /// <summary>Moves the clock while something waits for it.</summary>
    private async Task<T> WithClockAsync<T>(Task<T> task)
    {
        while (!task.IsCompleted)
        {
            if (time.PendingTimers > 0)
                time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }

        return await task;
    }

    private async Task<T> CallAsync<T>(string id, string name, object? input, WorkflowRetryPolicy? policy)
    {
        var activity = activities[name];
        var json = input is null ? "null" : JsonSerializer.Serialize(input, input.GetType(), ContractsJson.Options);
        for (var attempt = 1; ; attempt++)
        {
            await _one.WaitAsync();
            try
            {
                Calls.Add(name);
                Before(name);
                var result = await WithClockAsync(activity.RunAsync(new ActivityContext(id, name), JsonSerializer.Deserialize(json, activity.InputType, ContractsJson.Options)));
                return JsonSerializer.Deserialize<T>(JsonSerializer.Serialize(result, activity.OutputType, ContractsJson.Options), ContractsJson.Options)!;
            }
            catch (Exception e) when (attempt >= (policy?.MaxNumberOfAttempts ?? 1))
            {
                throw new WorkflowTaskFailedException($"Activity {name} failed: {e.Message}", new WorkflowTaskFailureDetails(e.GetType().FullName!, e.Message));
            }
            catch (Exception)
            {
                var wait = policy!.FirstRetryInterval.Ticks * Math.Pow(policy.BackoffCoefficient, attempt - 1);
                time.Advance(TimeSpan.FromTicks((long)Math.Min(wait, (policy.MaxRetryInterval ?? TimeSpan.MaxValue).Ticks)));
            }
            finally
            {
                _one.Release();
            }

            await Task.Yield();
        }
    }

    private sealed class ActivityContext(string instanceId, string name) : WorkflowActivityContext
    {
        public override TaskIdentifier Identifier { get; } = new(name);

        public override string TaskExecutionKey => "test";

        public override string InstanceId => instanceId;
    }

    private sealed class Context(WorkflowStage stage, string id) : WorkflowContext
    {
        private readonly ManualTimeProvider _time = stage.Time;

        public string? Next { get; private set; }

        public override string Name => "test";

        public override string InstanceId => id;

        public override DateTime CurrentUtcDateTime => _time.GetUtcNow().UtcDateTime;

        public override bool IsReplaying => false;

        public override bool IsPatched(string patchName) => true;

        public override Task<T> CallActivityAsync<T>(string name, object? input = null, WorkflowTaskOptions? options = null) =>
            stage.CallAsync<T>(id, name, input, options?.RetryPolicy);

        public override async Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken)
        {
            // Others that are under way come first, as they would in the time that passes.
            await Task.Yield();
            if (fireAt > CurrentUtcDateTime)
                _time.SetUtcNow(new DateTimeOffset(fireAt));
        }

        public override Task<T> WaitForExternalEventAsync<T>(string eventName, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public override void SendEvent(string instanceId, string eventName, object payload) => throw new NotSupportedException();

        public override void SetCustomStatus(object? customStatus) => JsonSerializer.Serialize(customStatus, ContractsJson.Options);

        public override Task<TResult> CallChildWorkflowAsync<TResult>(string workflowName, object? input = null, ChildWorkflowTaskOptions? options = null) =>
            throw new NotSupportedException();

        public override ILogger CreateReplaySafeLogger(string categoryName) => NullLogger.Instance;

        public override ILogger CreateReplaySafeLogger(Type type) => NullLogger.Instance;

        public override ILogger CreateReplaySafeLogger<T>() => NullLogger.Instance;

        public override void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true) =>
            Next = JsonSerializer.Serialize(newInput, newInput!.GetType(), ContractsJson.Options);

        public override Guid NewGuid() => Guid.NewGuid();

        public override PropagatedHistory? GetPropagatedHistory() => null;
    }

    private ManualTimeProvider Time => time;
}
