using Npgsql;
using StocksDapr.Protocol.TaskHub;
using StocksDapr.Support;
using StocksDapr.Support.Workflows;

namespace StocksDapr.Sidecar.Workflows;

/// <summary>The connection breaks in the commit itself, so that nobody says whether it was carried out: what was is not done again, what was not is.</summary>
public sealed class CommitInDoubtTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Theory]
    [InlineData(CommitFate.Unanswered)]
    [InlineData(CommitFate.Lost)]
    public async Task A_commit_without_an_answer_counts_once(CommitFate fate)
    {
        await using var entrance = new PostgresEntrance(await postgres.CreateDatabaseAsync());
        await using var sidecar = await WorkflowSidecar.StartAsync(entrance.ConnectionString);
        await using var worker = await TestWorker.ConnectAsync(sidecar.Address, Act.OneActivity);
        var commits = 0;
        entrance.OnCommit = () => Task.FromResult(Interlocked.Increment(ref commits) % 2 == 1 ? fate : CommitFate.Answered);

        await sidecar.Hub.StartAsync("one", "One", "\"hello\"").WaitAsync(Patience);

        await ShouldEndOnceAsync(sidecar);
        commits.Should().BeGreaterThan(2, "each of the first ones was in doubt");
    }

    [Fact]
    public async Task A_commit_that_the_server_lost_in_a_crash_is_not_taken_for_stored_although_the_server_has_given_its_number_to_others()
    {
        await using var server = await KillablePostgres.StartAsync();
        var database = await server.CreateDatabaseAsync("flows");
        await using var entrance = new PostgresEntrance(database);
        await using var sidecar = await WorkflowSidecar.StartAsync(entrance.ConnectionString);
        await using var worker = await TestWorker.ConnectAsync(sidecar.Address, Act.OneActivity);
        await sidecar.Hub.StartAsync("before", "One", "1").WaitAsync(Patience);
        await sidecar.Hub.WaitForEndAsync("before").WaitAsync(Patience);
        var crashes = 0;
        entrance.OnCommit = async () =>
        {
            if (Interlocked.Increment(ref crashes) > 1) return CommitFate.Answered;
            await server.KillAsync();
            await SpendNumbersAsync(database);
            return CommitFate.Lost;
        };

        await sidecar.Hub.StartAsync("one", "One", "\"hello\"").WaitAsync(Patience);

        await ShouldEndOnceAsync(sidecar);
    }

    private static async Task ShouldEndOnceAsync(WorkflowSidecar sidecar)
    {
        var ended = await sidecar.Hub.WaitForEndAsync("one").WaitAsync(Patience);
        ended.WorkflowStatus.Should().Be(OrchestrationStatus.Completed);
        ended.Output.Should().Be("\"hello\"");
        (await sidecar.Hub.HistoryAsync("one")).Where(happened => happened.WorkflowStarted is null).Select(happened => happened.EventTypeCase).Should().Equal(
            HistoryEvent.EventTypeOneofCase.ExecutionStarted,
            HistoryEvent.EventTypeOneofCase.TaskScheduled,
            HistoryEvent.EventTypeOneofCase.TaskCompleted,
            HistoryEvent.EventTypeOneofCase.ExecutionCompleted);
    }

    /// <summary>Transactions that end well, of which one gets the number that the lost one had.</summary>
    private static async Task SpendNumbersAsync(string database)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await Eventually.BeTrueAsync(
            async () =>
            {
                try
                {
                    await using var command = source.CreateCommand("SELECT txid_current()");
                    for (var number = 0; number < 20; number++) await command.ExecuteScalarAsync();
                    return true;
                }
                catch (NpgsqlException)
                {
                    // It recovers.
                    return false;
                }
            },
            Patience);
    }
}
