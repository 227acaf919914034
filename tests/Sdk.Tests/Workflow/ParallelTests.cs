using Dapr.Workflow;

namespace StocksDapr.Sdk.Workflow;

/// <summary>A limited number of calls at once.</summary>
public sealed class ParallelTests
{
    [Fact]
    public async Task The_next_call_begins_when_one_ends_and_results_keep_the_order_of_the_inputs()
    {
        var driver = new TurnDriver(async context => await context.ProcessInParallelAsync([10, 20, 30, 40], input => context.CallActivityAsync<int>("A", input), 2));

        (await driver.TurnAsync()).Actions.Select(action => action.ScheduleTask.Input).Should().Equal("10", "20");
        (await driver.Complete(1, "2").TurnAsync()).Actions.Single().ScheduleTask.Input.Should().Be("30");
        (await driver.Complete(2, "3").Complete(0, "1").TurnAsync()).Actions.Single().ScheduleTask.Input.Should().Be("40");
        await driver.Complete(3, "4").TurnAsync();

        driver.Ending!.Result.Should().Be("[1,2,3,4]");
    }

    [Fact]
    public async Task All_calls_are_made_before_their_failures_are_thrown_together()
    {
        var driver = new TurnDriver(async context => await context.ProcessInParallelAsync([1, 2, 3], input => context.CallActivityAsync<int>("A", input), 1));
        await driver.TurnAsync();
        await driver.Fail(0, "one").TurnAsync();
        await driver.Complete(1, "2").TurnAsync();
        await driver.Fail(2, "three").TurnAsync();

        driver.Ending!.FailureDetails.ErrorType.Should().Be("System.AggregateException");
        driver.Ending.FailureDetails.ErrorMessage.Should().Contain("2 out of 3 tasks failed").And.Contain("one").And.Contain("three");
    }

    [Fact]
    public async Task No_input_is_no_call_and_no_room_is_refused()
    {
        var driver = new TurnDriver(async context =>
        {
            var none = await context.ProcessInParallelAsync(Array.Empty<int>(), input => context.CallActivityAsync<int>("A", input));
            try
            {
                await context.ProcessInParallelAsync([1], input => context.CallActivityAsync<int>("A", input), 0);
            }
            catch (ArgumentOutOfRangeException)
            {
                return none.Length;
            }

            return null;
        });

        await driver.TurnAsync();

        driver.Ending!.Result.Should().Be("0");
    }
}
