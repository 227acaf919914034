using StocksDapr.Protocol.TaskHub;
using StocksDapr.Support;
using StocksDapr.Support.Workflows;

namespace StocksDapr.Sidecar.Workflows;

/// <summary>Answers to turns that an engine gave out which is gone, and that reach the one that has the instance now.</summary>
public sealed class LateAnswerTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task An_answer_to_a_turn_of_an_engine_that_is_gone_is_not_taken_for_one_to_the_next_turn()
    {
        var database = await postgres.CreateDatabaseAsync();
        WorkItem late;
        Task start;
        await using (var first = await WorkflowSidecar.StartAsync(database))
        {
            using var hub = new TaskHubClient(first.Address);
            await using var items = hub.WorkItemsAsync().GetAsyncEnumerator();
            var asked = items.MoveNextAsync().AsTask();
            start = first.Hub.StartAsync("late", "Waits"); // It is answered when the workflow has begun, which it never does here.
            (await asked.WaitAsync(Patience)).Should().BeTrue();
            late = items.Current;
        }

        await ((Task)start.ContinueWith(_ => { }, TaskScheduler.Default)).WaitAsync(Patience);

        await using var second = await WorkflowSidecar.StartAsync(database);
        using var worker = new TaskHubClient(second.Address);
        using var leave = new CancellationTokenSource();
        await using var turns = worker.WorkItemsAsync(cancellationToken: leave.Token).GetAsyncEnumerator();
        (await turns.MoveNextAsync().AsTask().WaitAsync(Patience)).Should().BeTrue();

        await worker.CompleteAsync(new WorkflowResponse
        {
            InstanceId = "late",
            CompletionToken = late.CompletionToken,
            Actions = { Act.Complete(0, "\"late\"") },
        }).WaitAsync(Patience);
        await AnswerAsync(worker, turns.Current);
        var serving = ServeAsync(worker, turns);
        await second.Hub.RaiseAsync("late", "go", "\"over\"").WaitAsync(Patience);

        (await second.Hub.WaitForEndAsync("late").WaitAsync(Patience)).Output.Should().Be("\"over\"");
        await leave.CancelAsync();
        await serving;
    }

    [Fact]
    public async Task Workers_that_send_no_tokens_back_are_served_after_a_restart()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using (var first = await WorkflowSidecar.StartAsync(database))
        {
            await using var before = await TestWorker.ConnectAsync(first.Address, TakeoverTests.Waits);
            await first.Hub.StartAsync("mute-1", "Waits").WaitAsync(Patience);
            await first.Hub.StartAsync("mute-2", "Waits").WaitAsync(Patience);
        }

        await using var second = await WorkflowSidecar.StartAsync(database);
        using var worker = new TaskHubClient(second.Address);
        using var leave = new CancellationTokenSource();
        await using var turns = worker.WorkItemsAsync(cancellationToken: leave.Token).GetAsyncEnumerator();
        var serving = ServeAsync(worker, turns, token: _ => "");
        await second.Hub.RaiseAsync("mute-1", "go", "1").WaitAsync(Patience);
        await second.Hub.RaiseAsync("mute-2", "go", "2").WaitAsync(Patience);

        (await second.Hub.WaitForEndAsync("mute-1").WaitAsync(Patience)).Output.Should().Be("1");
        (await second.Hub.WaitForEndAsync("mute-2").WaitAsync(Patience)).Output.Should().Be("2");
        await leave.CancelAsync();
        await serving;
    }

    private static async Task ServeAsync(TaskHubClient worker, IAsyncEnumerator<WorkItem> turns, Func<WorkItem, string>? token = null)
    {
        try
        {
            while (await turns.MoveNextAsync()) await AnswerAsync(worker, turns.Current, token);
        }
        catch (OperationCanceledException)
        {
            // The worker goes.
        }
    }

    private static async Task AnswerAsync(TaskHubClient worker, WorkItem item, Func<WorkItem, string>? token = null) =>
        await worker.CompleteAsync(new WorkflowResponse
        {
            InstanceId = item.WorkflowRequest.InstanceId,
            CompletionToken = token is null ? item.CompletionToken : token(item),
            Actions = { TakeoverTests.Waits(item.WorkflowRequest) },
        }).WaitAsync(Patience);
}
