using StocksDapr.Protocol.TaskHub;
using StocksDapr.Support;
using StocksDapr.Support.Workflows;

namespace StocksDapr.Sidecar.Workflows;

/// <summary>What the engine promises on every store. Inherited once per store.</summary>
public abstract class WorkflowStoreTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_workflow_runs_its_activity_and_ends_with_its_result()
    {
        await using var sidecar = await StartAsync();
        await using var worker = await TestWorker.ConnectAsync(sidecar.Address, Act.OneActivity);

        await sidecar.Hub.StartAsync("one", "One", "\"hello\"").WaitAsync(Patience);
        var ended = await sidecar.Hub.WaitForEndAsync("one").WaitAsync(Patience);

        ended.WorkflowStatus.Should().Be(OrchestrationStatus.Completed);
        ended.Output.Should().Be("\"hello\"");
        (await sidecar.Hub.HistoryAsync("one")).Select(happened => happened.EventTypeCase).Should().Equal(
            HistoryEvent.EventTypeOneofCase.WorkflowStarted,
            HistoryEvent.EventTypeOneofCase.ExecutionStarted,
            HistoryEvent.EventTypeOneofCase.TaskScheduled,
            HistoryEvent.EventTypeOneofCase.WorkflowStarted,
            HistoryEvent.EventTypeOneofCase.TaskCompleted,
            HistoryEvent.EventTypeOneofCase.ExecutionCompleted);
    }

    [Fact]
    public async Task A_thousand_activities_of_one_workflow_each_count_once()
    {
        const int count = 1000;
        await using var sidecar = await StartAsync();
        await using var worker = await TestWorker.ConnectAsync(sidecar.Address, FanOut(count));

        await sidecar.Hub.StartAsync("fan", "Fan").WaitAsync(Patience);
        var ended = await sidecar.Hub.WaitForEndAsync("fan").WaitAsync(Patience);

        ended.Output.Should().Be($"{Enumerable.Range(0, count).Sum()}");
        var history = await sidecar.Hub.HistoryAsync("fan");
        history.Where(happened => happened.TaskCompleted is not null).Select(happened => happened.TaskCompleted.TaskScheduledId).Should().OnlyHaveUniqueItems().And.HaveCount(count);
    }

    [Fact]
    public async Task A_thousand_children_of_one_workflow_each_report_to_it()
    {
        const int count = 1000;
        await using var sidecar = await StartAsync();
        await using var worker = await TestWorker.ConnectAsync(sidecar.Address, turn =>
        {
            if (turn.Start().Name == "Child") return [Act.Complete(0, turn.Start().Input)];
            var events = turn.Events();
            if (!events.Any(happened => happened.ChildWorkflowInstanceCreated is not null)) return Enumerable.Range(0, count).Select(n => Act.Child(n, "Child", input: "1"));
            return events.Count(happened => happened.ChildWorkflowInstanceCompleted is not null) < count ? [] : [Act.Complete(count, "all")];
        });

        await sidecar.Hub.StartAsync("family", "Parent").WaitAsync(Patience);

        (await sidecar.Hub.WaitForEndAsync("family").WaitAsync(Patience)).Output.Should().Be("all");
        (await sidecar.Hub.PurgeAsync("family").WaitAsync(Patience)).Should().Be(count + 1);
    }

    [Fact]
    public async Task Many_workflows_are_in_flight_at_once()
    {
        const int count = 2000;
        await using var sidecar = await StartAsync();
        await using var worker = await TestWorker.ConnectAsync(sidecar.Address, Act.OneActivity);

        await Parallel.ForEachAsync(Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = 200 }, async (n, cancel) =>
        {
            await sidecar.Hub.StartAsync($"many-{n}", "One", $"{n}", cancel);
            (await sidecar.Hub.WaitForEndAsync($"many-{n}", cancel)).Output.Should().Be($"{n}");
        }).WaitAsync(Patience);

        await Eventually.BeTrueAsync(() => sidecar.Engine.Table.Count == 0);
    }

    /// <summary>Starts a sidecar on an empty store.</summary>
    private protected abstract Task<WorkflowSidecar> StartAsync();

    internal static Func<WorkflowRequest, IEnumerable<WorkflowAction>> FanOut(int count) => turn =>
    {
        var events = turn.Events();
        if (!events.Any(happened => happened.TaskScheduled is not null)) return Enumerable.Range(0, count).Select(n => Act.Activity(n, "Part", $"{n}"));
        var results = events.Where(happened => happened.TaskCompleted is not null).Select(happened => int.Parse(happened.TaskCompleted.Result, System.Globalization.CultureInfo.InvariantCulture)).ToList();
        return results.Count < count ? [] : [Act.Complete(count, $"{results.Sum()}")];
    };
}

/// <summary>In memory.</summary>
public sealed class MemoryWorkflowStoreTests : WorkflowStoreTests
{
    private protected override Task<WorkflowSidecar> StartAsync() => WorkflowSidecar.StartAsync(null);
}

/// <summary>On PostgreSQL.</summary>
public sealed class PostgresWorkflowStoreTests(PostgresFixture postgres) : WorkflowStoreTests, IClassFixture<PostgresFixture>
{
    private protected override async Task<WorkflowSidecar> StartAsync() => await WorkflowSidecar.StartAsync(await postgres.CreateDatabaseAsync());
}
