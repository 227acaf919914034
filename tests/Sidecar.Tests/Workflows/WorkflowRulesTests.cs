using StocksDapr.Protocol.Grpc;
using StocksDapr.Protocol.TaskHub;
using StocksDapr.Support;
using StocksDapr.Support.Workflows;

namespace StocksDapr.Sidecar.Workflows;

/// <summary>What the recordings do not show, in memory: the rules are the same on every store.</summary>
public sealed class WorkflowRulesTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_child_whose_id_is_in_use_fails_and_its_parent_goes_on()
    {
        await using var sidecar = await WorkflowSidecar.StartAsync(null);
        await using var worker = await TestWorker.ConnectAsync(sidecar.Address, turn => turn.Start().Name == "Waits" ? [] : ParentOf(turn, "taken"));
        await sidecar.Hub.StartAsync("taken", "Waits").WaitAsync(Patience);

        await sidecar.Hub.StartAsync("parent", "Parent").WaitAsync(Patience);

        (await sidecar.Hub.WaitForEndAsync("parent").WaitAsync(Patience)).Output.Should().Be("WorkflowInstanceAlreadyExists");
        (await sidecar.Hub.GetAsync("taken"))!.WorkflowStatus.Should().Be(OrchestrationStatus.Running);
    }

    [Fact]
    public async Task A_child_takes_the_place_of_an_ended_instance()
    {
        await using var sidecar = await WorkflowSidecar.StartAsync(null);
        await using var worker = await TestWorker.ConnectAsync(sidecar.Address, turn => turn.Start().Name == "Parent" ? ParentOf(turn, "again") : [Act.Complete(0, turn.Start().Input)]);
        await sidecar.Hub.StartAsync("again", "Child", "before").WaitAsync(Patience);
        await sidecar.Hub.WaitForEndAsync("again").WaitAsync(Patience);

        await sidecar.Hub.StartAsync("parent", "Parent").WaitAsync(Patience);

        (await sidecar.Hub.WaitForEndAsync("parent").WaitAsync(Patience)).Output.Should().Be("from the parent");
    }

    [Fact]
    public async Task A_workflow_that_starts_over_again_and_again_comes_to_its_end()
    {
        // Its progress is stored in between: more often than a turn may start over.
        const int rounds = (2 * Instances.Turn.MaxGenerations) + 10;
        await using var sidecar = await WorkflowSidecar.StartAsync(null);
        await using var worker = await TestWorker.ConnectAsync(sidecar.Address, turn =>
        {
            var round = int.Parse(turn.Start().Input, System.Globalization.CultureInfo.InvariantCulture);
            return [round < rounds ? Act.Complete(0, $"{round + 1}", OrchestrationStatus.ContinuedAsNew) : Act.Complete(0, $"{round}")];
        });

        await sidecar.Hub.StartAsync("over", "Over", "1").WaitAsync(Patience);

        (await sidecar.Hub.WaitForEndAsync("over").WaitAsync(Patience)).Output.Should().Be($"{rounds}");
        worker.Turns.Should().Be(rounds);
    }

    [Fact]
    public async Task A_result_from_before_the_workflow_started_over_does_not_count()
    {
        var release = new TaskCompletionSource();
        await using var sidecar = await WorkflowSidecar.StartAsync(null);
        await using var worker = await TestWorker.ConnectAsync(
            sidecar.Address,
            turn => turn.Start().Input == "first"
                ? turn.Events().Any(happened => happened.EventRaised is not null) ? [Act.Complete(1, "second", OrchestrationStatus.ContinuedAsNew)] : [Act.Activity(0, "Slow", "old")]
                : Act.OneActivity(turn),
            async activity =>
            {
                if (activity.Input == "old") await release.Task;
                return activity.Input;
            });
        await sidecar.Hub.StartAsync("stale", "Stale", "first").WaitAsync(Patience);

        await sidecar.Hub.RaiseAsync("stale", "again").WaitAsync(Patience);
        release.SetResult();

        (await sidecar.Hub.WaitForEndAsync("stale").WaitAsync(Patience)).Output.Should().Be("second");
    }

    [Fact]
    public async Task A_start_for_later_waits_and_a_termination_does_not()
    {
        await using var sidecar = await WorkflowSidecar.StartAsync(null);
        await using var worker = await TestWorker.ConnectAsync(sidecar.Address, Act.OneActivity);
        var later = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(TimeProvider.System.GetUtcNow().AddHours(1));
        await sidecar.Hub.CallAsync(
            "/TaskHubSidecarService/StartInstance", new CreateInstanceRequest { InstanceId = "later", Name = "One", ScheduledStartTimestamp = later }, CreateInstanceResponse.Parser).WaitAsync(Patience);

        (await sidecar.Hub.GetAsync("later"))!.WorkflowStatus.Should().Be(OrchestrationStatus.Pending);
        await sidecar.Hub.TerminateAsync("later").WaitAsync(Patience);
        (await sidecar.Hub.GetAsync("later"))!.WorkflowStatus.Should().Be(OrchestrationStatus.Terminated);
    }

    [Fact]
    public async Task A_workflow_that_is_too_big_for_a_message_is_held()
    {
        await using var sidecar = await WorkflowSidecar.StartAsync(null, change: options => options with { MaxBodySize = 10_000 });
        await using var worker = await TestWorker.ConnectAsync(sidecar.Address, TakeoverTests.Waits);
        await sidecar.Hub.StartAsync("big", "Waits", new string('x', 6_000)).WaitAsync(Patience);

        await sidecar.Hub.RaiseAsync("big", "go", new string('x', 6_000)).WaitAsync(Patience);

        await Eventually.BeTrueAsync(async () => (await sidecar.Hub.GetAsync("big"))!.WorkflowStatus == OrchestrationStatus.Stalled);
        var raise = () => sidecar.Hub.RaiseAsync("big", "go", "1");
        (await raise.Should().ThrowAsync<GrpcException>()).WithMessage("workflow is stalled");
    }

    [Fact]
    public async Task A_workflow_is_held_when_its_worker_no_longer_knows_a_patch()
    {
        await using var sidecar = await WorkflowSidecar.StartAsync(null);
        using var hub = new TaskHubClient(sidecar.Address);
        using var leave = new CancellationTokenSource();
        var serving = Task.Run(async () =>
        {
            var first = true;
            await foreach (var item in hub.WorkItemsAsync(null, leave.Token))
            {
                var version = new WorkflowVersion();
                if (first) version.Patches.Add("new-road");
                else version.Patches.Add("other-road");
                first = false;
                await hub.CompleteAsync(new WorkflowResponse { InstanceId = item.WorkflowRequest.InstanceId, Version = version });
            }
        });
        await sidecar.Hub.StartAsync("patched", "Patched").WaitAsync(Patience);

        await sidecar.Hub.RaiseAsync("patched", "go").WaitAsync(Patience);

        await Eventually.BeTrueAsync(async () => (await sidecar.Hub.GetAsync("patched"))!.WorkflowStatus == OrchestrationStatus.Stalled);
        await leave.CancelAsync();
        await serving.ContinueWith(_ => { }, TaskScheduler.Default);
    }

    [Fact]
    public async Task No_more_activities_are_out_at_once_than_the_configuration_allows()
    {
        var (now, most) = (0, 0);
        await using var sidecar = await WorkflowSidecar.StartAsync(null, "  workflow:\n    maxConcurrentActivityInvocations: 3\n");
        await using var worker = await TestWorker.ConnectAsync(sidecar.Address, WorkflowStoreTests.FanOut(30), async activity =>
        {
            var at = Interlocked.Increment(ref now);
            while (at > most) Interlocked.CompareExchange(ref most, at, most);
            await Task.Yield();
            Interlocked.Decrement(ref now);
            return activity.Input;
        });

        await sidecar.Hub.StartAsync("few", "Fan").WaitAsync(Patience);

        (await sidecar.Hub.WaitForEndAsync("few").WaitAsync(Patience)).Output.Should().Be("435");
        most.Should().BeInRange(1, 3);
    }

    [Fact]
    public async Task An_ended_workflow_goes_when_its_time_is_up()
    {
        await using var sidecar = await WorkflowSidecar.StartAsync(null, "  workflow:\n    stateRetentionPolicy:\n      completed: 1ms\n");
        await using var worker = await TestWorker.ConnectAsync(sidecar.Address, Act.OneActivity);
        await sidecar.Hub.StartAsync("short", "One").WaitAsync(Patience);

        await Eventually.BeTrueAsync(async () => await sidecar.Hub.GetAsync("short") is null);
    }

    [Fact]
    public async Task A_forced_purge_removes_what_still_runs()
    {
        await using var sidecar = await WorkflowSidecar.StartAsync(null);
        await using var worker = await TestWorker.ConnectAsync(sidecar.Address, TakeoverTests.Waits);
        await sidecar.Hub.StartAsync("stuck", "Waits").WaitAsync(Patience);

        (await sidecar.Hub.PurgeAsync("stuck", force: true).WaitAsync(Patience)).Should().Be(1);

        (await sidecar.Hub.GetAsync("stuck")).Should().BeNull();
        await sidecar.Hub.StartAsync("stuck", "Waits").WaitAsync(Patience);
    }

    [Fact]
    public async Task A_run_is_taken_up_again_from_one_of_its_activities_with_another_input()
    {
        await using var sidecar = await WorkflowSidecar.StartAsync(null);
        await using var worker = await TestWorker.ConnectAsync(sidecar.Address, Act.OneActivity);
        await sidecar.Hub.StartAsync("source", "One", "1").WaitAsync(Patience);
        await sidecar.Hub.WaitForEndAsync("source").WaitAsync(Patience);

        var request = new RerunWorkflowFromEventRequest { SourceInstanceID = "source", EventID = 0, NewInstanceID = "copy", Input = "2", OverwriteInput = true };
        await sidecar.Hub.CallAsync("/TaskHubSidecarService/RerunWorkflowFromEvent", request, RerunWorkflowFromEventResponse.Parser).WaitAsync(Patience);

        (await sidecar.Hub.WaitForEndAsync("copy").WaitAsync(Patience)).Output.Should().Be("2");
        (await sidecar.Hub.GetAsync("source"))!.Output.Should().Be("1");
    }

    [Fact]
    public async Task Ids_are_listed_page_by_page()
    {
        await using var sidecar = await WorkflowSidecar.StartAsync(null);
        await using var worker = await TestWorker.ConnectAsync(sidecar.Address, Act.OneActivity);
        for (var n = 0; n < 5; n++) await sidecar.Hub.StartAsync($"i-{n}", "One").WaitAsync(Patience);

        var first = await sidecar.Hub.CallAsync("/TaskHubSidecarService/ListInstanceIDs", new ListInstanceIDsRequest { PageSize = 3 }, ListInstanceIDsResponse.Parser);
        var second = await sidecar.Hub.CallAsync(
            "/TaskHubSidecarService/ListInstanceIDs", new ListInstanceIDsRequest { PageSize = 3, ContinuationToken = first.ContinuationToken }, ListInstanceIDsResponse.Parser);

        first.InstanceIds.Should().Equal("i-0", "i-1", "i-2");
        second.InstanceIds.Should().Equal("i-3", "i-4");
        second.HasContinuationToken.Should().BeFalse();
    }

    [Fact]
    public async Task An_activity_of_another_app_is_done_by_that_apps_worker()
    {
        var mesh = new Hosting.SidecarMesh();
        await using var here = await WorkflowSidecar.StartAsync(null, mesh: mesh);
        await using var there = await WorkflowSidecar.StartAsync(null, change: options => options with { AppId = "others" }, mesh: mesh);
        await using var worker = await TestWorker.ConnectAsync(here.Address, turn => Act.OneActivity(turn).Select(action =>
        {
            if (action.ScheduleTask is not null) action.Router = new TaskRouter { TargetAppID = "others" };
            return action;
        }));
        await using var other = await TestWorker.ConnectAsync(there.Address, _ => [], _ => Task.FromResult<string?>("done elsewhere"));

        await here.Hub.StartAsync("cross", "One").WaitAsync(Patience);

        (await here.Hub.WaitForEndAsync("cross").WaitAsync(Patience)).Output.Should().Be("done elsewhere");
        worker.Activities.Should().Be(0);
    }

    [Fact]
    public async Task A_child_of_another_app_runs_there_and_its_parent_hears_of_its_end()
    {
        var mesh = new Hosting.SidecarMesh();
        await using var here = await WorkflowSidecar.StartAsync(null, mesh: mesh);
        await using var there = await WorkflowSidecar.StartAsync(null, change: options => options with { AppId = "others" }, mesh: mesh);
        await using var worker = await TestWorker.ConnectAsync(here.Address, turn => ParentOf(turn, "guest").Select(action =>
        {
            if (action.CreateChildWorkflow is not null) action.Router = new TaskRouter { TargetAppID = "others" };
            return action;
        }));
        await using var other = await TestWorker.ConnectAsync(there.Address, _ => [Act.Complete(0, "from the guest")]);

        await here.Hub.StartAsync("host", "Parent").WaitAsync(Patience);

        (await here.Hub.WaitForEndAsync("host").WaitAsync(Patience)).Output.Should().Be("from the guest");
        (await there.Hub.GetAsync("guest"))!.WorkflowStatus.Should().Be(OrchestrationStatus.Completed);
    }

    /// <summary>Makes a child and ends with its result, or with the kind of its failure.</summary>
    private static IEnumerable<WorkflowAction> ParentOf(WorkflowRequest turn, string child)
    {
        var events = turn.Events();
        if (events.FirstOrDefault(happened => happened.ChildWorkflowInstanceCompleted is not null) is { } done) return [Act.Complete(1, done.ChildWorkflowInstanceCompleted.Result)];
        if (events.FirstOrDefault(happened => happened.ChildWorkflowInstanceFailed is not null) is { } failed)
            return [Act.Complete(1, failed.ChildWorkflowInstanceFailed.FailureDetails.ErrorType)];
        return events.Any(happened => happened.ChildWorkflowInstanceCreated is not null) ? [] : [Act.Child(0, "Child", child, "from the parent")];
    }
}
