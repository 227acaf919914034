using Dapr.Workflow;
using Microsoft.Extensions.Logging;
using StocksDapr.Protocol.TaskHub;

namespace StocksDapr.Sdk.Workflow;

/// <summary>Changed code beside instances that were begun with the old, and loggers that are silent in replays.</summary>
public sealed class PatchTests
{
    [Fact]
    public async Task An_instance_that_meets_a_patch_for_the_first_time_has_it_for_ever()
    {
        var driver = new TurnDriver(Patched);

        var first = await driver.TurnAsync();
        var second = await driver.Complete(0).TurnAsync();

        first.Actions.Single().ScheduleTask.Name.Should().Be("New");
        first.Version.Patches.Should().Equal("fast-lane");
        first.Version.Name.Should().Be("Code");
        second.Version.Patches.Should().Equal("fast-lane", "fast-lane");
        await driver.Complete(1, "1").TurnAsync();
        driver.Ending!.Result.Should().Be("1");
    }

    [Fact]
    public async Task An_instance_that_got_past_a_patch_before_it_was_there_never_has_it()
    {
        var driver = new TurnDriver(Old);
        await driver.TurnAsync();
        driver.Deploy(Patched);

        var answer = await driver.Complete(0).TurnAsync();

        answer.Actions.Single().ScheduleTask.Name.Should().Be("Last");
        answer.Version.Should().BeNull();
    }

    [Fact]
    public async Task Code_without_a_patch_that_the_history_has_stalls_the_instance_until_it_is_back()
    {
        var driver = new TurnDriver(Patched);
        await driver.TurnAsync();
        driver.Deploy(Old);

        var stalled = await driver.Complete(0).TryTurnAsync();
        driver.Deploy(Patched);
        await driver.TurnAsync();

        stalled.Actions.Single().CompleteWorkflow.WorkflowStatus.Should().Be(OrchestrationStatus.Stalled);
        stalled.Actions.Single().CompleteWorkflow.Details.Should().Be("Patch mismatch. History patches: [fast-lane], current patches: [].");
        stalled.Version.Patches.Should().BeEmpty();
        await driver.Complete(1, "1").TurnAsync();
        driver.Ending!.WorkflowStatus.Should().Be(OrchestrationStatus.Completed);
    }

    [Fact]
    public async Task A_terminated_instance_repeats_its_patches_so_that_it_is_not_taken_for_stalled()
    {
        var driver = new TurnDriver(Patched);
        await driver.TurnAsync();

        (await driver.Terminate(null).TurnAsync()).Version.Patches.Should().Equal("fast-lane");
    }

    [Fact]
    public async Task A_replay_safe_logger_says_everything_once()
    {
        var logs = new LogCollector();
        var driver = new TurnDriver(
            async context =>
            {
                var logger = context.CreateReplaySafeLogger<PatchTests>();
                logger.LogInformation("begin");
                await context.CallActivityAsync("A");
                logger.LogInformation("middle");
                await context.CallActivityAsync("B");
                logger.LogInformation("end");
                return null;
            },
            loggers: logs);
        await driver.TurnAsync();
        await driver.Complete(0).TurnAsync();
        await driver.Complete(1).TurnAsync();

        logs.Entries.Where(entry => entry.Level == LogLevel.Information).Select(entry => entry.Text).Should().Equal("begin", "middle", "end");
    }

    private static async Task<object?> Old(WorkflowContext context)
    {
        await context.CallActivityAsync("Old");
        return await context.CallActivityAsync<int>("Last");
    }

    private static async Task<object?> Patched(WorkflowContext context)
    {
        await context.CallActivityAsync(context.IsPatched("fast-lane") ? "New" : "Old");
        return await context.CallActivityAsync<int>(context.IsPatched("fast-lane") ? "NewLast" : "Last");
    }
}
