using Dapr.Workflow;
using Dapr.Workflow.Client;
using StocksDapr.Support;
using StocksDapr.WorkflowWorker;
using Xunit.Abstractions;

namespace StocksDapr.EndToEnd.Workflows;

/// <summary>Worker, sidecar and PostgreSQL die by SIGKILL in the middle of many workflows. Every instance ends, once, and with the right result.</summary>
public sealed class WorkflowKillTests(ITestOutputHelper output)
{
    private const int Instances = 200;
    private const string SeedVariable = "WORKFLOW_KILL_SEED";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(8);

    [Fact]
    public async Task Whoever_dies_every_instance_ends_once_and_with_the_right_result()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable(SeedVariable), out var given) ? given : Random.Shared.Next();
        output.WriteLine($"{SeedVariable}={seed}");
        var random = new Random(seed);
        await using var run = await WorkflowRun.StartAsync();
        var plans = Enumerable.Range(0, Instances).ToDictionary(i => $"rounds-{i}", i => new Plan(First: i, Rounds: 4, Width: 5, Pause: TimeSpan.FromSeconds(1)));

        var starts = Task.WhenAll(plans.Select(plan => StartAsync(run.Client, plan.Key, plan.Value)));
        string[] victims = ["worker", "sidecar", "postgres", "worker", "sidecar", "postgres"];
        random.Shuffle(victims);
        foreach (var victim in victims)
        {
            // A random point is what this is about: nothing is waited for here.
            await Task.Delay(random.Next(300, 1500));
            output.WriteLine($"{TimeProvider.System.GetUtcNow():HH:mm:ss.fff} {victim} dies");
            await run.KillAsync(victim);
        }

        await starts.WaitAsync(Patience);
        var results = await Task.WhenAll(plans.Select(async plan => (plan.Key, State: await EndAsync(run.Client, plan.Key), plan.Value.Result))).WaitAsync(Patience);
        results.Where(result => result.State.RuntimeStatus != WorkflowRuntimeStatus.Completed || result.State.ReadOutputAs<long>() != result.Result)
            .Select(result => $"{result.Key}: {result.State.RuntimeStatus}, {result.State.FailureDetails}").Should().BeEmpty();
        foreach (var id in plans.Keys)
            await HistoryShouldAddUpAsync(run.Client, id);
    }

    /// <summary>Starts an instance, however often that takes: whoever got no answer asks whether it is there.</summary>
    private static Task StartAsync(DaprWorkflowClient client, string id, Plan plan) => Eventually.BeTrueAsync(
        async () =>
        {
            try
            {
                if (!(await client.GetWorkflowStateAsync(id, getInputsAndOutputs: false)).Exists)
                    await client.ScheduleNewWorkflowAsync(nameof(Rounds), id, plan);
                return true;
            }
            catch (WorkflowRpcException)
            {
                return false;
            }
        },
        Patience);

    private static async Task<WorkflowState> EndAsync(DaprWorkflowClient client, string id)
    {
        while (true)
        {
            try
            {
                return await client.WaitForWorkflowCompletionAsync(id);
            }
            catch (WorkflowRpcException)
            {
                await Task.Delay(50);
            }
        }
    }

    private static async Task HistoryShouldAddUpAsync(DaprWorkflowClient client, string id)
    {
        var history = await client.GetInstanceHistoryAsync(id);
        int Count(params WorkflowHistoryEventType[] types) => history.Count(entry => types.Contains(entry.EventType));

        Count(WorkflowHistoryEventType.ExecutionStarted).Should().Be(1);
        Count(WorkflowHistoryEventType.ExecutionCompleted).Should().Be(1);
        Count(WorkflowHistoryEventType.TaskScheduled).Should().Be(Count(WorkflowHistoryEventType.TaskCompleted, WorkflowHistoryEventType.TaskFailed));
        Count(WorkflowHistoryEventType.TimerCreated).Should().Be(Count(WorkflowHistoryEventType.TimerFired));
        Count(WorkflowHistoryEventType.SubOrchestrationInstanceCreated).Should().Be(Count(WorkflowHistoryEventType.SubOrchestrationInstanceCompleted));
        history.Where(entry => entry.EventId >= 0).Select(entry => entry.EventId).Should().OnlyHaveUniqueItems();
    }
}
