using System.Collections.Concurrent;
using System.Globalization;
using StocksDapr.Protocol.TaskHub;
using StocksDapr.Support;
using StocksDapr.Support.Workflows;

namespace StocksDapr.Sidecar.Workflows;

/// <summary>What breaks in the middle of workflows: the server, the sidecar, the worker.</summary>
public sealed class OutageTests
{
    private const int Count = 60;
    private const int Steps = 3;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task Workflows_survive_the_death_of_the_server_and_of_the_sidecar_and_end_once_with_the_right_result()
    {
        await using var postgres = await KillablePostgres.StartAsync();
        var database = await postgres.CreateDatabaseAsync("flows");
        var sidecar = await WorkflowSidecar.StartAsync(database);
        var done = new ConcurrentDictionary<string, int>();
        try
        {
            var worker = await TestWorker.ConnectAsync(sidecar.Address, Steady);
            await Task.WhenAll(Enumerable.Range(0, Count).Select(n => sidecar.Hub.StartAsync($"w-{n}", "Steady", $"{n}"))).WaitAsync(Patience);
            await postgres.KillAsync();
            await Eventually.BeTrueAsync(() => worker.Activities >= Count, Patience);

            // The sidecar goes without a word, and its worker with it.
            await worker.DisposeAsync();
            await sidecar.DisposeAsync();
            sidecar = await WorkflowSidecar.StartAsync(database);
            await using var next = await TestWorker.ConnectAsync(sidecar.Address, Steady);
            await postgres.KillAsync();

            await Task.WhenAll(Enumerable.Range(0, Count).Select(async n => done[$"w-{n}"] = await EndAsync(sidecar.Hub, $"w-{n}"))).WaitAsync(Patience);
            foreach (var (id, sum) in done) sum.Should().Be(int.Parse(id[2..], CultureInfo.InvariantCulture) + Steps);
            foreach (var id in done.Keys.Take(10))
            {
                var history = await sidecar.Hub.HistoryAsync(id);
                history.Count(happened => happened.ExecutionCompleted is not null).Should().Be(1);
                history.Where(happened => happened.TaskCompleted is not null).Select(happened => happened.TaskCompleted.TaskScheduledId).Should().Equal(Enumerable.Range(0, Steps));
            }
        }
        finally
        {
            await sidecar.DisposeAsync();
        }
    }

    private static async Task<int> EndAsync(TaskHubClient hub, string id)
    {
        var ended = await hub.WaitForEndAsync(id);
        ended.WorkflowStatus.Should().Be(OrchestrationStatus.Completed);
        return int.Parse(ended.Output, CultureInfo.InvariantCulture);
    }

    /// <summary>Activities one after the other, each with the result of the one before and one more.</summary>
    private static IEnumerable<WorkflowAction> Steady(WorkflowRequest turn)
    {
        var events = turn.Events();
        var results = events.Where(happened => happened.TaskCompleted is not null).Select(happened => happened.TaskCompleted.Result).ToList();
        var scheduled = events.Count(happened => happened.TaskScheduled is not null);
        var value = int.Parse(results.Count == 0 ? turn.Start().Input : results[^1], CultureInfo.InvariantCulture) + (results.Count == 0 ? 0 : 1);
        if (results.Count == Steps) return [Act.Complete(Steps, $"{value}")];
        return scheduled > results.Count ? [] : [Act.Activity(results.Count, "Echo", $"{value}")];
    }
}
