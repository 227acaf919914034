using Dapr.Workflow;
using Microsoft.Extensions.Logging;
using StocksDapr.Protocol.TaskHub;

namespace StocksDapr.Sdk.Workflow;

/// <summary>Code that does not do the same again fails its instance, and the failure says where.</summary>
public sealed class DeterminismTests
{
    [Fact]
    public async Task Another_step_than_that_of_the_history()
    {
        var driver = new TurnDriver(async context => await context.CallActivityAsync<int>("Charge"));
        await driver.TurnAsync();
        driver.Deploy(ShipAsync);

        await driver.Complete(0, "1").TurnAsync();

        Violation(driver).Should().Contain("Workflow 'Code', instance 'instance': Step 0 was activity 'Charge' according to the history, but the code makes activity 'Ship' in DeterminismTests.ShipAsync (DeterminismTests.cs:")
            .And.Contain("IsPatched");
    }

    [Theory]
    [InlineData("timer", "activity 'A'")]
    [InlineData("child", "activity 'A'")]
    [InlineData("event", "activity 'A'")]
    public async Task Another_kind_of_step(string now, string before)
    {
        var driver = new TurnDriver(async context => await context.CallActivityAsync<int>("A"));
        await driver.TurnAsync();
        driver.Deploy(async context =>
        {
            if (now == "event")
                context.SendEvent("other", "E", 1);
            if (now == "child")
                await context.CallChildWorkflowAsync("A");
            await context.CreateTimer(TimeSpan.FromSeconds(1));
            return null;
        });

        await driver.Complete(0, "1").TurnAsync();

        var what = now switch { "timer" => "timer", "child" => "child workflow 'A'", _ => "an event sent 'E'" };
        Violation(driver).Should().Contain($"Step 0 was {before} according to the history, but the code makes {what} in DeterminismTests");
    }

    [Fact]
    public async Task A_step_that_the_code_does_not_make_any_more()
    {
        var driver = new TurnDriver(async context =>
        {
            await context.CallActivityAsync("A");
            await context.CallActivityAsync("B");
            return null;
        });
        await driver.TurnAsync();
        await driver.Complete(0).TurnAsync();
        driver.Deploy(async context =>
        {
            await context.CallActivityAsync("A");
            return await context.WaitForExternalEventAsync<int>("signature");
        });

        await driver.Complete(1).TurnAsync();

        Violation(driver).Should().Contain("Step 1 was activity 'B' according to the history, but the code does not make it: it waits for event 'signature'.");
    }

    [Fact]
    public async Task A_step_that_the_code_makes_only_now()
    {
        var driver = new TurnDriver(async context =>
        {
            await context.CallActivityAsync("A");
            return await context.WaitForExternalEventAsync<int>("e");
        });
        await driver.TurnAsync();
        await driver.Complete(0).TurnAsync();
        driver.Deploy(async context =>
        {
            await context.CallActivityAsync("A");
            await context.CallActivityAsync("Audit");
            return await context.WaitForExternalEventAsync<int>("e");
        });

        await driver.Raise("e", "1").TurnAsync();

        Violation(driver).Should().Contain("The code makes activity 'Audit' as step 1 in DeterminismTests").And.Contain("but the history went on without it");
    }

    [Theory]
    [InlineData(false, "The code has returned, but the history goes on")]
    [InlineData(true, "The code has failed with InvalidOperationException, but the history goes on")]
    public async Task An_end_that_comes_only_now(bool throws, string message)
    {
        var driver = new TurnDriver(async context => await context.WaitForExternalEventAsync<int>("e"));
        await driver.TurnAsync();
        driver.Deploy(_ => throws ? throw new InvalidOperationException() : Task.FromResult<object?>(1));

        await driver.Raise("e", "1").TurnAsync();

        Violation(driver).Should().Contain(message);
    }

    [Fact]
    public async Task Continuing_as_new_only_now()
    {
        var driver = new TurnDriver(async context => await context.WaitForExternalEventAsync<int>("e"));
        await driver.TurnAsync();
        driver.Deploy(context =>
        {
            context.ContinueAsNew();
            return Task.FromResult<object?>(null);
        });

        await driver.Raise("e", "1").TurnAsync();

        Violation(driver).Should().Contain("The code makes continue-as-new as step 0").And.Contain("the history went on without it");
    }

    [Fact]
    public async Task What_the_code_does_only_when_it_is_not_replayed()
    {
        var driver = new TurnDriver(async context =>
        {
            if (!context.IsReplaying)
                await context.CallActivityAsync("Once");
            return await context.CallActivityAsync<int>("Always");
        });
        await driver.TurnAsync();

        await driver.Complete(0).TurnAsync();

        Violation(driver).Should().Contain("Step 0 was activity 'Once' according to the history, but the code makes activity 'Always'");
    }

    [Fact]
    public async Task A_result_of_another_kind_than_the_step()
    {
        var driver = new TurnDriver(async context => await context.CallActivityAsync<int>("A"));
        await driver.TurnAsync();

        await driver.Fire(0).TurnAsync();

        Violation(driver).Should().Contain("The history ends step 0 with a TimerFired, but the code made activity 'A'");
    }

    [Theory]
    [InlineData("delay")]
    [InlineData("run")]
    [InlineData("never")]
    public async Task Awaiting_what_is_no_task_of_the_context(string what)
    {
        var driver = new TurnDriver(async context =>
        {
            await context.CallActivityAsync("A");
            await (what switch
            {
                "delay" => Task.Delay(TimeSpan.FromHours(1)),
                "run" => Task.Run(() => new TaskCompletionSource().Task),
                _ => new TaskCompletionSource().Task,
            });
            return null;
        });
        await driver.TurnAsync();

        await driver.Complete(0).TurnAsync();

        Violation(driver).Should().Contain("After step 0 (activity 'A') the code waits for something that is no task of its context").And.Contain("context.CreateTimer");
    }

    [Fact]
    public async Task Using_the_context_on_another_thread()
    {
        var driver = new TurnDriver(async context =>
        {
            var timer = context.CreateTimer(TimeSpan.FromDays(1));
            using var used = new ManualResetEventSlim();
            _ = Task.Run(() => UseElsewhere(context, used), CancellationToken.None);
            used.Wait(CancellationToken.None);
            await timer;
            return null;
        });

        await driver.TurnAsync();

        Violation(driver).Should().Contain("The code went on outside of the workflow's own thread in DeterminismTests.UseElsewhere");
    }

    [Fact]
    public async Task Going_on_elsewhere_after_the_turn_is_told_and_fails_the_next()
    {
        var logs = new LogCollector();
        var wake = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var driver = new TurnDriver(
            async context =>
            {
                var raised = context.WaitForExternalEventAsync<int>("e");
                await Task.WhenAny(raised, wake.Task);
                return await context.CallActivityAsync<int>("A");
            },
            loggers: logs);
        (await driver.TurnAsync()).Actions.Should().BeEmpty();

        wake.SetResult();
        await logs.WaitForAsync(LogLevel.Error, "outside of the workflow's own thread");
        await driver.Raise("other").TurnAsync();

        Violation(driver).Should().Contain("outside of the workflow's own thread");
    }

    [Fact]
    public async Task Code_that_blocks_its_thread()
    {
        var release = new ManualResetEventSlim();
        var driver = new TurnDriver(_ =>
        {
            release.Wait(CancellationToken.None);
            return Task.FromResult<object?>(null);
        })
        {
            Limit = TimeSpan.FromMilliseconds(50),
        };
        driver.Deploy(_ =>
        {
            release.Wait(CancellationToken.None);
            return Task.FromResult<object?>(null);
        });

        await driver.TurnAsync();

        Violation(driver).Should().Contain("has not come to rest").And.Contain("Task.Result");
        release.Set();
    }

    [Fact]
    public async Task Code_that_awaits_without_its_context_captured_goes_on_in_its_turn()
    {
        var driver = new TurnDriver(async context =>
        {
            var sum = 0;
            for (var i = 0; i < 3; i++)
                sum += await context.CallActivityAsync<int>("A").ConfigureAwait(false);
            await Task.WhenAll(context.CallActivityAsync("B"), context.CreateTimer(TimeSpan.FromSeconds(1))).ConfigureAwait(false);
            return sum;
        });
        await driver.TurnAsync();
        for (var i = 0; i < 3; i++)
            await driver.Complete(i, "2").TurnAsync();

        await driver.Complete(3).Fire(4).TurnAsync();

        driver.Ending!.Result.Should().Be("6");
    }

    [Fact]
    public async Task Code_may_yield_and_share_tasks_and_locks_of_its_own()
    {
        var driver = new TurnDriver(async context =>
        {
            using var gate = new SemaphoreSlim(1);
            var order = new List<int>();
            async Task Part(int number)
            {
                await gate.WaitAsync();
                await Task.Yield();
                order.Add(await context.CallActivityAsync<int>("A", number));
                gate.Release();
            }

            await Task.WhenAll(Part(1), Part(2), Part(3));
            return order;
        });
        await driver.TurnAsync();
        for (var i = 0; i < 3; i++)
            await driver.Complete(i, $"{i}").TurnAsync();

        driver.Ending!.Result.Should().Be("[0,1,2]");
    }

    [Fact]
    public async Task The_code_cannot_catch_the_failure()
    {
        var driver = new TurnDriver(async context => await context.CallActivityAsync<int>("A"));
        await driver.TurnAsync();
        driver.Deploy(async context =>
        {
            try
            {
                await context.CallActivityAsync("B");
            }
            catch (Exception)
            {
                return "caught";
            }

            return "went on";
        });

        await driver.Complete(0, "1").TurnAsync();

        Violation(driver).Should().Contain("activity 'B'");
    }

    private static async Task<object?> ShipAsync(WorkflowContext context)
    {
        await context.CallActivityAsync("Ship");
        return null;
    }

    private static void UseElsewhere(WorkflowContext context, ManualResetEventSlim used)
    {
        context.SetCustomStatus("elsewhere");
        used.Set();
    }

    private static string Violation(TurnDriver driver)
    {
        driver.Ending.Should().NotBeNull();
        driver.Ending!.WorkflowStatus.Should().Be(OrchestrationStatus.Failed);
        driver.Ending.FailureDetails.ErrorType.Should().Be("NonDeterministicWorkflowException");
        driver.Ending.FailureDetails.IsNonRetriable.Should().BeTrue();
        return driver.Ending.FailureDetails.ErrorMessage;
    }
}
