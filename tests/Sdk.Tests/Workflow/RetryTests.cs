using Dapr.Workflow;
using StocksDapr.Protocol.TaskHub;

namespace StocksDapr.Sdk.Workflow;

/// <summary>Repetition of failed activities and children, with durable timers.</summary>
public sealed class RetryTests
{
    [Fact]
    public async Task Waits_grow_up_to_their_limit_and_the_last_failure_is_thrown()
    {
        var policy = new WorkflowRetryPolicy(4, TimeSpan.FromSeconds(10), backoffCoefficient: 3, maxRetryInterval: TimeSpan.FromSeconds(60));
        var driver = new TurnDriver(async context => await context.CallActivityAsync<int>("A", 1, new WorkflowTaskOptions(policy)));
        var execution = (await driver.TurnAsync()).Actions.Single().ScheduleTask.TaskExecutionId;

        var waits = new List<TimeSpan>();
        for (var attempt = 0; attempt < 3; attempt++)
        {
            var now = driver.Now;
            var timer = (await driver.Fail(2 * attempt, $"failure {attempt}").TurnAsync()).Actions.Single().CreateTimer;
            timer.ActivityRetry.TaskExecutionId.Should().Be(execution);
            waits.Add(timer.FireAt.ToDateTime() - now);
            (await driver.Fire(2 * attempt + 1).TurnAsync()).Actions.Single().ScheduleTask.Input.Should().Be("1");
        }

        await driver.Fail(6, "failure 3").TurnAsync();

        waits.Should().Equal(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(60));
        driver.Ending!.FailureDetails.ErrorMessage.Should().Be("Task failed: failure 3");
        driver.Ending.FailureDetails.ErrorType.Should().Be(typeof(WorkflowTaskFailedException).FullName);
    }

    [Fact]
    public async Task Nothing_is_repeated_after_the_time_for_it()
    {
        var policy = new WorkflowRetryPolicy(100, TimeSpan.FromSeconds(1), retryTimeout: TimeSpan.FromSeconds(30));
        var driver = new TurnDriver(async context => await context.CallActivityAsync<int>("A", options: new WorkflowTaskOptions(policy)));
        await driver.TurnAsync();
        (await driver.Fail(0, "x").TurnAsync()).Actions.Should().ContainSingle();
        await driver.Fire(1).TurnAsync();
        driver.Now = driver.Now.AddSeconds(30);

        await driver.Fail(2, "x").TurnAsync();

        driver.Ending!.WorkflowStatus.Should().Be(OrchestrationStatus.Failed);
    }

    [Fact]
    public async Task A_child_is_repeated_under_an_id_of_its_own_unless_it_was_given_one()
    {
        var policy = new WorkflowRetryPolicy(2, TimeSpan.FromSeconds(1));
        var driver = new TurnDriver(async context => await Task.WhenAll(
            context.CallChildWorkflowAsync<int>("C", options: new ChildWorkflowTaskOptions(RetryPolicy: policy)),
            context.CallChildWorkflowAsync<int>("C", options: new ChildWorkflowTaskOptions("given", policy))));
        var first = (await driver.TurnAsync()).Actions.Select(action => action.CreateChildWorkflow.InstanceId).ToList();
        var timers = (await driver.FailChild(0, "x").FailChild(1, "x").TurnAsync()).Actions.Select(action => action.CreateTimer.ChildWorkflowRetry.InstanceId);
        var second = (await driver.Fire(2).Fire(3).TurnAsync()).Actions.Select(action => action.CreateChildWorkflow.InstanceId).ToList();
        await driver.CompleteChild(4, "1").CompleteChild(5, "2").TurnAsync();

        timers.Should().Equal(first);
        second[0].Should().NotBe(first[0]);
        second[1].Should().Be("given");
        driver.Ending!.Result.Should().Be("[1,2]");
    }

    [Fact]
    public async Task Only_failures_of_what_was_called_are_repeated()
    {
        var policy = new WorkflowRetryPolicy(5, TimeSpan.FromSeconds(1));
        var driver = new TurnDriver(async context => await context.CallActivityAsync<int>("A", options: new WorkflowTaskOptions(policy)));
        await driver.TurnAsync();

        await driver.Complete(0, "\"no number\"").TurnAsync();

        driver.Ending!.FailureDetails.ErrorType.Should().Be("System.Text.Json.JsonException");
    }

    [Fact]
    public async Task A_wait_that_outgrows_the_calendar_is_the_longest_there_is()
    {
        var policy = new WorkflowRetryPolicy(3, TimeSpan.FromMinutes(30), backoffCoefficient: double.MaxValue);
        var driver = new TurnDriver(async context => await context.CallActivityAsync<int>("A", options: new WorkflowTaskOptions(policy)));
        await driver.TurnAsync();
        await driver.Fail(0, "x").TurnAsync();
        await driver.Fire(1).TurnAsync();

        var timer = (await driver.Fail(2, "x").TurnAsync()).Actions.Single().CreateTimer;

        timer.FireAt.ToDateTime().Year.Should().Be(9999);
    }

    [Theory]
    [InlineData(0, 1, 1.0, null, null)]
    [InlineData(1, 0, 1.0, null, null)]
    [InlineData(1, 1, 0.9, null, null)]
    [InlineData(1, 1, double.NaN, null, null)]
    [InlineData(1, 10, 1.0, 9, null)]
    [InlineData(1, 7200, 1.0, null, null)]
    [InlineData(1, 10, 1.0, null, 9)]
    public void A_policy_that_makes_no_sense_is_refused(int attempts, int first, double coefficient, int? longest, int? timeout)
    {
        var make = () => new WorkflowRetryPolicy(attempts, TimeSpan.FromSeconds(first), coefficient, Seconds(longest), Seconds(timeout));

        make.Should().Throw<ArgumentOutOfRangeException>();
    }

    private static TimeSpan? Seconds(int? seconds) => seconds is { } count ? TimeSpan.FromSeconds(count) : null;
}
