using Dapr.Workflow;
using StocksDapr.Protocol.TaskHub;

namespace StocksDapr.Sdk.Workflow;

/// <summary>What a workflow's code gets from its context over its turns, and what the engine gets to do.</summary>
public sealed class ReplayRuleTests
{
    [Fact]
    public async Task Steps_are_numbered_in_the_order_in_which_the_code_makes_them()
    {
        var driver = new TurnDriver(async context =>
        {
            var first = context.CallActivityAsync<int>("A");
            var timer = context.CreateTimer(TimeSpan.FromSeconds(5));
            var child = context.CallChildWorkflowAsync<int>("C", 7, new ChildWorkflowTaskOptions("kid"));
            await Task.WhenAll(first, timer, child);
            return await first + await child;
        });

        var answer = await driver.TurnAsync();

        answer.Actions.Select(action => (action.Id, action.WorkflowActionTypeCase)).Should().Equal(
            (0, WorkflowAction.WorkflowActionTypeOneofCase.ScheduleTask),
            (1, WorkflowAction.WorkflowActionTypeOneofCase.CreateTimer),
            (2, WorkflowAction.WorkflowActionTypeOneofCase.CreateChildWorkflow));
        answer.Actions[0].ScheduleTask.Input.Should().BeEmpty("nothing is written as empty text");
        answer.Actions[2].CreateChildWorkflow.Input.Should().Be("7");
        (await driver.CompleteChild(2, "2").Fire(1).TurnAsync()).Actions.Should().BeEmpty();
        await driver.Complete(0, "40").TurnAsync();
        driver.Ending!.Result.Should().Be("42");
    }

    [Fact]
    public async Task The_first_ending_of_a_step_counts_and_results_may_come_before_the_code_asks()
    {
        var driver = new TurnDriver(async context =>
        {
            await context.WaitForExternalEventAsync<object>("go");
            return await context.CallActivityAsync<int>("A");
        });
        await driver.TurnAsync();

        await driver.Complete(0, "1").Complete(0, "2").Fail(0, "late").Raise("go").TurnAsync();

        driver.Ending!.Result.Should().Be("1");
    }

    [Fact]
    public async Task Time_is_that_of_the_turn_also_when_it_is_replayed()
    {
        var seen = new List<(DateTime Time, bool Replaying)>();
        var driver = new TurnDriver(async context =>
        {
            seen.Clear();
            for (var i = 0; i < 3; i++)
            {
                seen.Add((context.CurrentUtcDateTime, context.IsReplaying));
                await context.CallActivityAsync("A");
            }

            return null;
        });
        var begin = driver.Now;
        await driver.TurnAsync();
        await driver.Complete(0).TurnAsync();
        await driver.Complete(1).TurnAsync();

        seen.Should().Equal((begin, true), (begin.AddSeconds(1), true), (begin.AddSeconds(2), false));
        seen.Should().OnlyContain(entry => entry.Time.Kind == DateTimeKind.Utc);
    }

    [Fact]
    public async Task New_ids_are_the_same_in_each_replay_and_others_after_continuing_as_new()
    {
        var runs = new List<List<Guid>>();
        var driver = new TurnDriver(async context =>
        {
            List<Guid> ids = [context.NewGuid(), context.NewGuid()];
            await context.CallActivityAsync("A");
            ids.Add(context.NewGuid());
            runs.Add(ids);
            context.ContinueAsNew();
            return null;
        });
        for (var generation = 0; generation < 2; generation++)
        {
            await driver.TurnAsync();
            await driver.Complete(0).TryTurnAsync();
            await driver.TurnAsync();
        }

        runs[0].Should().Equal(runs[1]).And.OnlyHaveUniqueItems();
        runs[2].Should().Equal(runs[3]).And.NotIntersectWith(runs[0]);
        runs[0][0].Version.Should().Be(5);
    }

    [Fact]
    public async Task An_activity_is_known_by_the_same_execution_id_in_each_attempt_at_a_turn()
    {
        var driver = new TurnDriver(async context =>
        {
            await Task.WhenAll(context.CallActivityAsync("A"), context.CallActivityAsync("A"));
            return null;
        });

        var first = (await driver.TryTurnAsync()).Actions.Select(action => action.ScheduleTask.TaskExecutionId).ToList();
        var second = (await driver.TurnAsync()).Actions.Select(action => action.ScheduleTask.TaskExecutionId);

        second.Should().Equal(first).And.OnlyHaveUniqueItems();
    }

    [Fact]
    public async Task A_failed_activity_throws_its_details_and_an_exception_of_the_code_fails_the_instance()
    {
        WorkflowTaskFailureDetails? details = null;
        var driver = new TurnDriver(async context =>
        {
            try
            {
                return await context.CallActivityAsync<int>("A");
            }
            catch (WorkflowTaskFailedException failure)
            {
                details = failure.FailureDetails;
                throw new InvalidOperationException("given up");
            }
        });
        await driver.TurnAsync();

        await driver.Fail(0, "too slow").TurnAsync();

        details!.ErrorMessage.Should().Be("too slow");
        details.IsCausedBy<TimeoutException>().Should().BeTrue();
        details.IsCausedBy<SystemException>().Should().BeTrue();
        details.IsCausedBy<IOException>().Should().BeFalse();
        driver.Ending!.WorkflowStatus.Should().Be(OrchestrationStatus.Failed);
        driver.Ending.FailureDetails.Should().BeEquivalentTo(new { ErrorType = "System.InvalidOperationException", ErrorMessage = "given up", IsNonRetriable = true }, options => options.ExcludingMissingMembers());
        driver.Ending.FailureDetails.StackTrace.Should().Contain(nameof(ReplayRuleTests));
    }

    [Fact]
    public async Task Code_that_throws_before_it_awaits_and_code_that_is_not_async_fail_the_instance_too()
    {
        var driver = new TurnDriver(_ => throw new InvalidOperationException("at once"));

        await driver.TurnAsync();

        driver.Ending!.FailureDetails.ErrorMessage.Should().Be("at once");
    }

    [Fact]
    public async Task A_result_that_cannot_be_read_is_the_codes_to_deal_with()
    {
        var driver = new TurnDriver(async context =>
        {
            try
            {
                return await context.CallActivityAsync<int>("A");
            }
            catch (System.Text.Json.JsonException)
            {
                return "unreadable";
            }
        });
        await driver.TurnAsync();

        await driver.Complete(0, "{}").TurnAsync();

        driver.Ending!.Result.Should().Be("\"unreadable\"");
    }

    [Fact]
    public async Task An_input_that_cannot_be_written_is_the_codes_to_deal_with_in_each_replay()
    {
        var driver = new TurnDriver(async context =>
        {
            try
            {
                await context.CallActivityAsync("A", new Unwritable());
            }
            catch (NotSupportedException)
            {
            }

            return await context.CallActivityAsync<int>("B");
        });
        (await driver.TurnAsync()).Actions.Single().ScheduleTask.Name.Should().Be("B");

        await driver.Complete(1, "5").TurnAsync();

        driver.Ending!.Result.Should().Be("5");
    }

    [Fact]
    public async Task Custom_status_is_told_in_each_turn_as_the_code_set_it_last()
    {
        var driver = new TurnDriver(async context =>
        {
            context.SetCustomStatus(new { Step = 1 });
            await context.CallActivityAsync("A");
            await context.CallActivityAsync("B");
            context.SetCustomStatus(null);
            await context.CallActivityAsync("C");
            return null;
        });

        (await driver.TurnAsync()).CustomStatus.Should().Be("""{"step":1}""");
        (await driver.Complete(0).TurnAsync()).CustomStatus.Should().Be("""{"step":1}""");
        (await driver.Complete(1).TurnAsync()).CustomStatus.Should().BeNull();
    }

    [Fact]
    public async Task Continuing_as_new_takes_along_events_that_nobody_waited_for_even_those_of_the_same_turn()
    {
        var driver = new TurnDriver("Loop", options => options.RegisterWorkflow<int, int>("Loop", async (context, round) =>
        {
            var data = await context.WaitForExternalEventAsync<int>("next");
            if (round < 2)
                context.ContinueAsNew(round + 1);
            return data;
        }));
        await driver.TurnAsync();

        var answer = await driver.Raise("next", "1").Raise("next", "2").Raise("NEXT", "3").TurnAsync();
        answer.Actions.Single().CompleteWorkflow.CarryoverEvents.Select(kept => kept.EventRaised.Input).Should().Equal("2", "3");
        await driver.TurnAsync();
        await driver.TurnAsync();

        driver.Ending!.Result.Should().Be("3");
    }

    [Fact]
    public async Task Continuing_as_new_wins_over_what_the_code_does_after_it()
    {
        var driver = new TurnDriver(async context =>
        {
            _ = context.CallActivityAsync("before");
            context.ContinueAsNew("again", preserveUnprocessedEvents: false);
            context.ContinueAsNew("never");
            await context.CallActivityAsync("after");
            throw new InvalidOperationException("never seen");
        });

        var answer = await driver.Raise("dropped").TurnAsync();

        answer.Actions.Should().HaveCount(2);
        answer.Actions[0].ScheduleTask.Name.Should().Be("before");
        answer.Actions[1].CompleteWorkflow.Result.Should().Be("\"again\"");
        answer.Actions[1].CompleteWorkflow.CarryoverEvents.Should().BeEmpty();
    }

    [Fact]
    public async Task A_terminated_instance_ends_without_its_code_with_the_output_of_who_ended_it()
    {
        var runs = 0;
        var driver = new TurnDriver(async context =>
        {
            runs++;
            await context.CallActivityAsync("A");
            return null;
        });
        await driver.TurnAsync();

        await driver.Complete(0).Terminate("\"enough\"").Raise("too late").TurnAsync();

        runs.Should().Be(1);
        driver.Ending!.WorkflowStatus.Should().Be(OrchestrationStatus.Terminated);
        driver.Ending.Result.Should().Be("\"enough\"");
    }

    [Fact]
    public async Task A_message_for_another_instance_is_a_step()
    {
        var driver = new TurnDriver(async context =>
        {
            context.SendEvent("other", "hello", 5);
            await context.CallActivityAsync("A");
            return null;
        });

        var sent = (await driver.TurnAsync()).Actions[0];

        sent.SendEvent.Should().BeEquivalentTo(new { Name = "hello", Data = "5" }, options => options.ExcludingMissingMembers());
        sent.SendEvent.Instance.InstanceId.Should().Be("other");
        await driver.Complete(1).TurnAsync();
        driver.Ending!.WorkflowStatus.Should().Be(OrchestrationStatus.Completed);
    }

    [Fact]
    public async Task Calls_for_another_application_name_both_sides()
    {
        var driver = new TurnDriver(async context =>
        {
            var scope = Dapr.Workflow.HistoryPropagationScope.Lineage;
            await Task.WhenAll(
                context.CallActivityAsync("A", options: new WorkflowTaskOptions(TargetAppId: "other")),
                context.CallChildWorkflowAsync("C", options: new ChildWorkflowTaskOptions("kid", TargetAppId: "other", PropagationScope: scope)));
            return null;
        });

        var actions = (await driver.TurnAsync()).Actions;

        actions.Select(action => (action.Router.SourceAppID, action.Router.TargetAppID)).Should().Equal(("app", "other"), ("app", "other"));
        actions[0].ScheduleTask.Router.Should().Be(actions[0].Router);
        actions[0].ScheduleTask.HasHistoryPropagationScope.Should().BeFalse();
        actions[1].CreateChildWorkflow.HistoryPropagationScope.Should().Be(Protocol.TaskHub.HistoryPropagationScope.Lineage);
    }

    [Fact]
    public async Task A_child_without_an_id_gets_one_that_stays()
    {
        var driver = new TurnDriver(async context => await context.CallChildWorkflowAsync<int>("C"));

        var first = (await driver.TryTurnAsync()).Actions.Single().CreateChildWorkflow.InstanceId;
        var second = (await driver.TurnAsync()).Actions.Single().CreateChildWorkflow.InstanceId;
        await driver.FailChild(0, "broken").TurnAsync();

        Guid.TryParse(first, out _).Should().BeTrue();
        second.Should().Be(first);
        driver.Ending!.FailureDetails.ErrorMessage.Should().Be("Child workflow 'C' failed");
    }

    [Fact]
    public async Task An_unknown_workflow_and_a_history_without_a_beginning_fail()
    {
        var driver = new TurnDriver("Unknown", _ => { });
        await driver.TurnAsync();
        driver.Ending!.FailureDetails.ErrorType.Should().Be("WorkflowNotFound");
        driver.Ending.FailureDetails.IsNonRetriable.Should().BeTrue();
    }

    private sealed class Unwritable
    {
        public Type Type { get; } = typeof(Unwritable);
    }
}
