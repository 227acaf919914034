using System.Globalization;
using Dapr.Workflow;
using StocksDapr.Protocol.TaskHub;

namespace StocksDapr.Sdk.Workflow;

/// <summary>
/// Random programs of activities, fan-out, timers, events, children and retries give the same result however their events are cut into turns, and however often a turn is
/// run again because its answer was lost.
/// </summary>
public sealed class RandomProgramTests
{
    private const int Programs = 150;

    [Fact]
    public async Task A_program_gives_the_same_result_however_its_turns_are_cut()
    {
        for (var seed = 0; seed < Programs; seed++)
        {
            var whole = await RunAsync(seed, cutSeed: null);
            for (var cut = 0; cut < 4; cut++)
                (await RunAsync(seed, cut)).Should().Be(whole, "program {0}, cut {1}", seed, cut);
        }
    }

    /// <param name="seed">Makes the program, and what comes from outside.</param>
    /// <param name="cutSeed">Makes the turns; null for one turn for each event.</param>
    private static async Task<string> RunAsync(int seed, int? cutSeed)
    {
        var cuts = cutSeed is { } value ? new Random(seed * 31 + value) : null;
        var driver = new TurnDriver(context => ProgramAsync(context, seed));
        var open = new List<WorkflowAction>();
        for (var turn = 0; driver.Ending is null; turn++)
        {
            turn.Should().BeLessThan(500, "program {0} must end", seed);
            if (cuts is not null && cuts.Next(4) == 0)
                await driver.TryTurnAsync();
            open.AddRange((await driver.TurnAsync()).Actions);
            if (driver.Ending is not null)
                break;
            // Events come in the order of what was asked for: which of several comes first is the world's choice, not the cut's.
            var count = cuts is null ? 1 : cuts.Next(1, open.Count + 1);
            for (var i = 0; i < count && open.Count > 0; i++)
            {
                Happen(driver, open[0], seed);
                open.RemoveAt(0);
            }
        }

        return $"{driver.Ending.WorkflowStatus}: {driver.Ending.Result}{driver.Ending.FailureDetails?.ErrorMessage}";
    }

    /// <summary>What comes of a step depends on the program and on the step's content, not on when it is asked.</summary>
    private static void Happen(TurnDriver driver, WorkflowAction step, int seed)
    {
        switch (step.WorkflowActionTypeCase)
        {
            case WorkflowAction.WorkflowActionTypeOneofCase.CreateTimer:
                driver.Fire(step.Id);
                break;
            case WorkflowAction.WorkflowActionTypeOneofCase.CreateChildWorkflow:
                driver.CompleteChild(step.Id, step.CreateChildWorkflow.Input);
                break;
            case WorkflowAction.WorkflowActionTypeOneofCase.ScheduleTask when step.ScheduleTask.Name == "Ask":
                driver.Complete(step.Id, step.ScheduleTask.Input).Raise($"answer-{step.ScheduleTask.Input}", step.ScheduleTask.Input);
                break;
            default:
                var number = int.Parse(step.ScheduleTask.Input, CultureInfo.InvariantCulture);
                if ((number + seed) % 7 == 0)
                    driver.Fail(step.Id, $"no {number}");
                else
                    driver.Complete(step.Id, $"{number + 1}");
                break;
        }
    }

    private static async Task<object?> ProgramAsync(WorkflowContext context, int seed)
    {
        var random = new Random(seed);
        var sum = 0;
        for (var i = random.Next(1, 6); i > 0; i--)
            sum = unchecked(sum * 31 + await BlockAsync(context, random, depth: 0));
        return sum;
    }

    private static async Task<int> BlockAsync(WorkflowContext context, Random random, int depth)
    {
        var number = random.Next(1000);
        switch (random.Next(depth > 2 ? 5 : 7))
        {
            case 0:
                return await GuardedAsync(context.CallActivityAsync<int>("Work", number));
            case 1:
                await context.CreateTimer(TimeSpan.FromSeconds(number));
                return number;
            case 2:
                return await context.CallChildWorkflowAsync<int>("Child", number);
            case 3:
                var raised = context.WaitForExternalEventAsync<int>($"answer-{number}");
                await context.CallActivityAsync<int>("Ask", number);
                return await raised;
            case 4:
                var policy = new WorkflowRetryPolicy(3, TimeSpan.FromSeconds(1));
                return await GuardedAsync(context.CallActivityAsync<int>("Work", number, new WorkflowTaskOptions(policy)));
            case 5:
                // Each branch draws its own numbers, since which of them goes on first is not the program's choice.
                var seeds = Enumerable.Range(0, random.Next(1, 5)).Select(_ => random.Next()).ToList();
                return (await Task.WhenAll(seeds.Select(branch => BlockAsync(context, new Random(branch), depth + 1)))).Sum();
            default:
                return (await context.ProcessInParallelAsync(Enumerable.Range(0, random.Next(1, 8)), part => GuardedAsync(context.CallActivityAsync<int>("Work", part)), 3)).Sum();
        }
    }

    private static async Task<int> GuardedAsync(Task<int> call)
    {
        try
        {
            return await call;
        }
        catch (WorkflowTaskFailedException failure)
        {
            return failure.FailureDetails.ErrorMessage.Length;
        }
    }
}
