using StocksDapr.Protocol.Grpc;
using StocksDapr.Protocol.TaskHub;
using StocksDapr.Support;
using StocksDapr.Support.Workflows;

namespace StocksDapr.Sidecar.Workflows;

/// <summary>What counts once, what may not come early, and what reaches the children, in memory: the rules are the same on every store.</summary>
public sealed class WorkflowOrderTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_first_result_of_an_activity_counts(bool isTold)
    {
        await using var sidecar = await WorkflowSidecar.StartAsync(null);
        using var begun = new SemaphoreSlim(0);
        using var leave = new SemaphoreSlim(0);
        await using var worker = await TestWorker.ConnectAsync(
            sidecar.Address,
            turn => turn.Events().Any(happened => happened.EventRaised is not null) ? [Act.Complete(1, "over")]
                : turn.Events().Any(happened => happened.TaskScheduled is not null) ? [] : [Act.Activity(0, "Slow", "")],
            async _ =>
            {
                begun.Release();
                await leave.WaitAsync();
                return "last";
            });
        await sidecar.Hub.StartAsync("once", "Once").WaitAsync(Patience);
        await begun.WaitAsync(Patience);

        foreach (var result in (string[])["first", "second"])
        {
            await sidecar.Hub.CompleteAsync(new ActivityResponse { InstanceId = "once", TaskId = 0, Result = result }).WaitAsync(Patience);
            if (isTold) await Eventually.BeTrueAsync(async () => (await ResultsAsync(sidecar, "once")).Count > 0);
        }

        leave.Release();
        await sidecar.Hub.RaiseAsync("once", "go").WaitAsync(Patience);
        await sidecar.Hub.WaitForEndAsync("once").WaitAsync(Patience);
        (await ResultsAsync(sidecar, "once")).Should().Equal("first");
    }

    [Fact]
    public async Task A_timer_fires_at_its_time_and_not_before()
    {
        var (soon, late) = (TimeProvider.System.GetUtcNow().AddSeconds(1), TimeProvider.System.GetUtcNow().AddDays(1));
        await using var sidecar = await WorkflowSidecar.StartAsync(null);
        await using var worker = await TestWorker.ConnectAsync(
            sidecar.Address,
            turn => turn.Events().Any(happened => happened.TimerFired is not null) ? [Act.Complete(2, "over")]
                : turn.Events().Any(happened => happened.TimerCreated is not null) ? [] : [Act.Timer(0, late), Act.Timer(1, soon)]);
        await sidecar.Hub.StartAsync("timers", "Timers").WaitAsync(Patience);

        await sidecar.Hub.WaitForEndAsync("timers").WaitAsync(Patience);

        var fired = (await sidecar.Hub.HistoryAsync("timers")).Should().ContainSingle(happened => happened.TimerFired != null).Which;
        fired.TimerFired.TimerId.Should().Be(1);
        fired.Timestamp.ToDateTimeOffset().Should().BeOnOrAfter(soon);
    }

    [Fact]
    public async Task What_still_runs_is_not_purged_nor_is_its_parent()
    {
        await using var sidecar = await WorkflowSidecar.StartAsync(null);
        await using var worker = await TestWorker.ConnectAsync(sidecar.Address, Family);
        await StartFamilyAsync(sidecar);

        var purge = () => sidecar.Hub.PurgeAsync("grandchild").WaitAsync(Patience);
        await purge.Should().ThrowAsync<GrpcException>();
        await sidecar.Hub.TerminateAsync("parent", recursive: false).WaitAsync(Patience);
        await sidecar.Hub.WaitForEndAsync("parent").WaitAsync(Patience);
        var purgeAll = () => sidecar.Hub.PurgeAsync("parent").WaitAsync(Patience);
        await purgeAll.Should().ThrowAsync<GrpcException>("its children run");

        foreach (var id in (string[])["child", "grandchild"]) (await sidecar.Hub.GetAsync(id))!.WorkflowStatus.Should().Be(OrchestrationStatus.Running);
        (await sidecar.Hub.GetAsync("parent"))!.WorkflowStatus.Should().Be(OrchestrationStatus.Terminated);
    }

    [Fact]
    public async Task A_recursive_termination_reaches_children_and_their_children()
    {
        await using var sidecar = await WorkflowSidecar.StartAsync(null);
        await using var worker = await TestWorker.ConnectAsync(sidecar.Address, Family);
        await StartFamilyAsync(sidecar);

        await sidecar.Hub.TerminateAsync("parent", recursive: true).WaitAsync(Patience);

        foreach (var id in (string[])["parent", "child", "grandchild"]) (await sidecar.Hub.WaitForEndAsync(id).WaitAsync(Patience)).WorkflowStatus.Should().Be(OrchestrationStatus.Terminated);
    }

    private static async Task StartFamilyAsync(WorkflowSidecar sidecar)
    {
        await sidecar.Hub.StartAsync("parent", "child").WaitAsync(Patience);
        await Eventually.BeTrueAsync(async () => await sidecar.Hub.GetAsync("grandchild") is { WorkflowStatus: OrchestrationStatus.Running });
    }

    /// <summary>Makes the child that its name says, and waits for ever.</summary>
    private static IEnumerable<WorkflowAction> Family(WorkflowRequest turn)
    {
        var child = turn.Start().Name;
        if (turn.Events().Any(happened => happened.ExecutionTerminated is not null))
            return [Act.Complete(1, status: OrchestrationStatus.Terminated)];
        return child == "nobody" || turn.Events().Any(happened => happened.ChildWorkflowInstanceCreated is not null) ? [] : [Act.Child(0, child == "child" ? "grandchild" : "nobody", child, "")];
    }

    private static async Task<IReadOnlyList<string>> ResultsAsync(WorkflowSidecar sidecar, string id) =>
        [.. (await sidecar.Hub.HistoryAsync(id)).Where(happened => happened.TaskCompleted is not null).Select(happened => happened.TaskCompleted.Result)];
}
