using Dapr.Workflow;
using Dapr.Workflow.Worker.Replay;
using StocksDapr.Protocol.TaskHub;

namespace StocksDapr.Sdk.Workflow;

/// <summary>Timers and external events.</summary>
public sealed class WaitTests
{
    [Fact]
    public async Task Events_are_given_out_in_their_order_by_name_without_regard_to_case()
    {
        var driver = new TurnDriver(async context =>
        {
            var waits = new[] { context.WaitForExternalEventAsync<int>("a"), context.WaitForExternalEventAsync<int>("A"), context.WaitForExternalEventAsync<int>("b") };
            await Task.WhenAll(waits);
            var more = await context.WaitForExternalEventAsync<int>("B");
            return (await Task.WhenAll(waits)).Append(more);
        });
        await driver.Raise("b", "10").Raise("A", "1").TurnAsync();
        await driver.Raise("B", "11").Raise("a", "2").TurnAsync();

        driver.Ending!.Result.Should().Be("[1,2,10,11]");
    }

    [Fact]
    public async Task Events_that_nobody_waited_for_are_kept_in_their_order_and_found_without_regard_to_case()
    {
        var driver = new TurnDriver(async context =>
        {
            await context.CallActivityAsync("A");
            var found = new List<int>();
            for (var i = 0; i < 4; i++)
                found.Add(await context.WaitForExternalEventAsync<int>(i == 2 ? "OTHER" : "event"));
            return found;
        });
        await driver.Raise("Event", "1").Raise("other", "10").Raise("EVENT", "2").TurnAsync();
        await driver.Raise("event", "3").Complete(0).TurnAsync();

        driver.Ending!.Result.Should().Be("[1,2,10,3]");
    }

    [Fact]
    public async Task A_cancelled_wait_leaves_the_event_to_the_next()
    {
        var driver = new TurnDriver(async context =>
        {
            using var cancellation = new CancellationTokenSource();
            var cancelled = context.WaitForExternalEventAsync<int>("e", cancellation.Token);
            var other = context.WaitForExternalEventAsync<int>("e");
            await context.CallActivityAsync("A");
            cancellation.Cancel();
            try
            {
                await cancelled;
                return null;
            }
            catch (TaskCanceledException)
            {
                return await other;
            }
        });
        await driver.TurnAsync();
        await driver.Complete(0).TurnAsync();

        await driver.Raise("e", "4").TurnAsync();

        driver.Ending!.Result.Should().Be("4");
    }

    [Fact]
    public async Task A_wait_with_a_limit_sets_a_timer_and_is_cancelled_when_it_fires_first()
    {
        var driver = new TurnDriver(Wait(TimeSpan.FromSeconds(30)));
        var begin = driver.Now;

        var timer = (await driver.TurnAsync()).Actions.Single().CreateTimer;
        timer.FireAt.ToDateTime().Should().Be(begin.AddSeconds(30));
        timer.ExternalEvent.Name.Should().Be("e");
        await driver.Fire(0).Raise("e", "5").TurnAsync();

        driver.Ending!.Result.Should().Be("\"System.Threading.Tasks.TaskCanceledException\"");
    }

    [Fact]
    public async Task A_wait_with_a_limit_gets_an_event_that_comes_first_and_one_that_is_there()
    {
        var late = new TurnDriver(Wait(TimeSpan.FromSeconds(30)));
        await late.TurnAsync();
        await late.Raise("e", "5").Fire(0).TurnAsync();
        var early = new TurnDriver(Wait(TimeSpan.FromSeconds(30)));
        var answer = await early.Raise("e", "6").TurnAsync();

        late.Ending!.Result.Should().Be("5");
        early.Ending!.Result.Should().Be("6");
        answer.Actions.Should().HaveCount(2, "the timer is set all the same");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_timer_of_an_event_that_has_come_is_nothing_to_wait_for(bool isThere)
    {
        var driver = new TurnDriver(async context =>
        {
            await context.WaitForExternalEventAsync<int>("e", TimeSpan.FromSeconds(30));
            await new TaskCompletionSource().Task;
            return null;
        });
        if (!isThere)
            await driver.TurnAsync();

        await driver.Raise("e", "5").TurnAsync();

        driver.Ending!.FailureDetails.ErrorMessage.Should().Contain("the code waits for something that is no task of its context");
    }

    [Fact]
    public async Task A_wait_without_time_is_cancelled_at_once_and_sets_no_timer()
    {
        var driver = new TurnDriver(Wait(TimeSpan.Zero));

        (await driver.TurnAsync()).Actions.Should().ContainSingle();

        driver.Ending!.Result.Should().Be("\"System.Threading.Tasks.TaskCanceledException\"");
    }

    [Fact]
    public async Task A_wait_without_limit_sets_a_timer_that_never_fires_and_does_without_it_where_the_history_has_none()
    {
        var driver = new TurnDriver(async context =>
        {
            var wait = context.WaitForExternalEventAsync<int>("e", TimeSpan.FromSeconds(-1));
            await context.CallActivityAsync("A");
            return await wait;
        });
        (await driver.TryTurnAsync()).Actions[0].CreateTimer.FireAt.Should().Be(TimerStep.Never);

        driver.TurnElsewhere((0, new HistoryEvent { TaskScheduled = new TaskScheduledEvent { Name = "A" } }));
        await driver.Complete(0).TurnAsync();
        await driver.Raise("e", "3").TurnAsync();

        driver.Ending!.Result.Should().Be("3");
    }

    [Fact]
    public async Task Timers_take_utc_only_and_cancelling_ends_the_wait_but_not_the_timer()
    {
        var driver = new TurnDriver(async context =>
        {
            var outcomes = new List<string>();
            try
            {
                await context.CreateTimer(new DateTime(2026, 1, 5, 10, 0, 0, DateTimeKind.Local), CancellationToken.None);
            }
            catch (ArgumentException)
            {
                outcomes.Add("local time");
            }

            using var cancellation = new CancellationTokenSource();
            var timer = context.CreateTimer(TimeSpan.FromHours(1), cancellation.Token);
            cancellation.Cancel();
            try
            {
                await timer;
            }
            catch (TaskCanceledException)
            {
                outcomes.Add("cancelled");
            }

            await context.CallActivityAsync<int>("A");
            return outcomes;
        });
        (await driver.TurnAsync()).Actions.Should().HaveCount(2);

        await driver.Fire(0).Complete(1, "1").TurnAsync();

        driver.Ending!.Result.Should().Be("""["local time","cancelled"]""");
    }

    private static Func<WorkflowContext, Task<object?>> Wait(TimeSpan timeout) => async context =>
    {
        try
        {
            return await context.WaitForExternalEventAsync<int>("e", timeout);
        }
        catch (Exception failure)
        {
            return failure.GetType().FullName;
        }
    };
}
