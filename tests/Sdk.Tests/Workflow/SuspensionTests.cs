using Dapr.Workflow;
using StocksDapr.Protocol.TaskHub;

namespace StocksDapr.Sdk.Workflow;

/// <summary>A suspended instance does nothing; what comes meanwhile waits with it.</summary>
public sealed class SuspensionTests
{
    [Fact]
    public async Task Nothing_is_done_until_the_instance_is_resumed_whatever_comes()
    {
        var driver = new TurnDriver(Steps);
        await driver.TurnAsync();

        var suspended = await driver.Complete(0, "1").Suspend().TurnAsync();
        var meanwhile = await driver.Raise("e", "5").TurnAsync();
        var resumed = await driver.Resume().TurnAsync();
        await driver.Complete(1, "2").TurnAsync();

        suspended.Actions.Should().BeEmpty();
        meanwhile.Actions.Should().BeEmpty();
        suspended.CustomStatus.Should().Be("\"first\"", "what was told before stays");
        meanwhile.CustomStatus.Should().Be("\"first\"");
        resumed.Actions.Single().ScheduleTask.Name.Should().Be("B");
        resumed.CustomStatus.Should().Be("\"second\"");
        driver.Ending!.Result.Should().Be("8");
    }

    [Fact]
    public async Task An_instance_that_is_suspended_before_it_begins_begins_when_it_is_resumed()
    {
        var replaying = new List<bool>();
        var driver = new TurnDriver(async context =>
        {
            replaying.Add(context.IsReplaying);
            return await context.CallActivityAsync<int>("A");
        });
        (await driver.Suspend().TurnAsync()).Actions.Should().BeEmpty();
        replaying.Should().BeEmpty();

        (await driver.Resume().TurnAsync()).Actions.Should().ContainSingle();

        replaying.Should().Equal(false);
        await driver.Complete(0, "1").TurnAsync();
        driver.Ending!.Result.Should().Be("1");
    }

    [Fact]
    public async Task An_instance_that_was_suspended_often_replays_as_it_ran()
    {
        var driver = new TurnDriver(Steps);
        await driver.TurnAsync();
        await driver.Suspend().TurnAsync();
        await driver.Resume().Suspend().TurnAsync();
        await driver.Complete(0, "1").Raise("e", "5").TurnAsync();
        await driver.Resume().TurnAsync();
        await driver.Suspend().Resume().TurnAsync();
        await driver.Complete(1, "2").TurnAsync();

        driver.Ending!.Result.Should().Be("8");
    }

    [Fact]
    public async Task A_worker_that_ran_a_suspended_instance_all_the_same_leaves_a_history_that_can_be_replayed()
    {
        var driver = new TurnDriver(Steps);
        await driver.TurnAsync();
        await driver.Suspend().TurnAsync();
        driver.Complete(0, "1").TurnElsewhere((1, new HistoryEvent { TaskScheduled = new TaskScheduledEvent { Name = "B" } }));

        await driver.Resume().Complete(1, "2").Raise("e", "5").TurnAsync();

        driver.Ending!.WorkflowStatus.Should().Be(OrchestrationStatus.Completed);
        driver.Ending.Result.Should().Be("8");
    }

    private static async Task<object?> Steps(WorkflowContext context)
    {
        context.SetCustomStatus("first");
        var sum = await context.CallActivityAsync<int>("A");
        context.SetCustomStatus("second");
        sum += await context.CallActivityAsync<int>("B");
        return sum + await context.WaitForExternalEventAsync<int>("e");
    }
}
