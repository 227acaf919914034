using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using StocksDapr.Protocol.TaskHub;
using StocksDapr.Sidecar.Workflows.Storage;
using StocksDapr.Sidecar.Workflows.Storage.Postgres;
using StocksDapr.Support;
using StocksDapr.Support.Workflows;

namespace StocksDapr.Sidecar.Workflows;

/// <summary>Several engines of one app on one database.</summary>
public sealed class TakeoverTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Instances_of_a_dead_engine_go_on_in_another_one()
    {
        var database = await postgres.CreateDatabaseAsync();
        var first = await WorkflowSidecar.StartAsync(database);
        await using var second = await WorkflowSidecar.StartAsync(database);
        await using (await TestWorker.ConnectAsync(first.Address, Waits))
        {
            await first.Hub.StartAsync("left", "Waits", "1").WaitAsync(Patience);
        }

        await using var worker = await TestWorker.ConnectAsync(second.Address, Waits);
        await first.DisposeAsync();
        await second.Hub.RaiseAsync("left", "go", "\"over\"").WaitAsync(Patience);

        (await second.Hub.WaitForEndAsync("left").WaitAsync(Patience)).Output.Should().Be("\"over\"");
    }

    [Fact]
    public async Task An_event_reaches_an_instance_through_an_engine_that_does_not_own_it()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var owner = await WorkflowSidecar.StartAsync(database);
        await using var other = await WorkflowSidecar.StartAsync(database);
        await using var here = await TestWorker.ConnectAsync(owner.Address, Waits);
        await using var there = await TestWorker.ConnectAsync(other.Address, Waits);
        await owner.Hub.StartAsync("far", "Waits").WaitAsync(Patience);

        await other.Hub.RaiseAsync("far", "go", "1").WaitAsync(Patience);

        (await other.Hub.WaitForEndAsync("far").WaitAsync(Patience)).Output.Should().Be("1");
        there.Turns.Should().Be(0);
    }

    [Fact]
    public async Task Of_two_engines_that_start_the_same_id_at_once_one_wins()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var one = await WorkflowSidecar.StartAsync(database);
        await using var two = await WorkflowSidecar.StartAsync(database);
        await using var here = await TestWorker.ConnectAsync(one.Address, Waits);
        await using var there = await TestWorker.ConnectAsync(two.Address, Waits);

        for (var n = 0; n < 20; n++)
        {
            var starts = new[] { one, two }.Select(sidecar => TryStartAsync(sidecar.Hub, $"race-{n}")).ToList();
            (await Task.WhenAll(starts).WaitAsync(Patience)).Count(won => won).Should().Be(1);
        }

        (here.Turns + there.Turns).Should().Be(20);
    }

    [Fact]
    public async Task An_engine_without_a_worker_hands_its_instances_to_one_that_has_one()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var idle = await WorkflowSidecar.StartAsync(database);
        await using var busy = await WorkflowSidecar.StartAsync(database);
        await using (await TestWorker.ConnectAsync(idle.Address, Waits))
        {
            await idle.Hub.StartAsync("given", "Waits").WaitAsync(Patience);
        }

        await using var worker = await TestWorker.ConnectAsync(busy.Address, Waits);
        await busy.Hub.RaiseAsync("given", "go", "2").WaitAsync(Patience);

        (await idle.Hub.WaitForEndAsync("given").WaitAsync(Patience)).Output.Should().Be("2");
        worker.Turns.Should().BeGreaterThan(0);
    }

    [Fact]
    public async Task An_engine_without_a_worker_starts_instances_where_there_is_one()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var idle = await WorkflowSidecar.StartAsync(database);
        await using var busy = await WorkflowSidecar.StartAsync(database);
        await using var worker = await TestWorker.ConnectAsync(busy.Address, Act.OneActivity);

        await idle.Hub.StartAsync("elsewhere", "One", "3").WaitAsync(Patience);

        (await idle.Hub.WaitForEndAsync("elsewhere").WaitAsync(Patience)).Output.Should().Be("3");
    }

    [Fact]
    public async Task What_an_engine_stores_after_another_one_took_it_for_dead_is_refused()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var paused = Store(database);
        await using var taker = Store(database);
        await paused.OpenAsync(default);
        await taker.OpenAsync(default);
        var row = new NewRow { Id = "mine", Start = Google.Protobuf.ByteString.CopyFromUtf8("start"), Owner = paused.Membership.Id };
        await paused.CommitAsync([new CreateWork(row, _ => { })], default);
        row.Created.Should().BeTrue();

        // The paused engine still holds its lock, but has not been heard of for long.
        await using var data = NpgsqlDataSource.Create(database);
        await using (var silence = data.CreateCommand($"UPDATE workflow_engines SET heartbeat = now() - interval '1 hour' WHERE id = {paused.Membership.Id}"))
            await silence.ExecuteNonQueryAsync();
        taker.Membership.Watch(new Deaf());
        await Eventually.BeTrueAsync(async () => (await taker.ReadAsync("mine", default))!.Owner == taker.Membership.Id);

        var late = () => paused.CommitAsync([Turn("mine")], default);
        await late.Should().ThrowAsync<EngineLostException>();
        (await taker.ReadHistoryAsync("mine", default)).Should().BeEmpty();
    }

    [Fact]
    public async Task A_turn_of_an_instance_that_was_handed_over_is_not_stored_and_keeps_nothing_else_back()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var before = Store(database);
        await using var after = Store(database);
        await before.OpenAsync(default);
        await after.OpenAsync(default);
        NewRow[] rows = [.. new[] { "gone", "kept" }.Select(id => new NewRow { Id = id, Start = Google.Protobuf.ByteString.CopyFromUtf8("start"), Owner = before.Membership.Id })];
        await before.CommitAsync([.. rows.Select(row => new CreateWork(row, _ => { }))], default);
        await using var data = NpgsqlDataSource.Create(database);
        await using (var hand = data.CreateCommand($"UPDATE workflow_instances SET owner = {after.Membership.Id} WHERE instance_id = 'gone'")) await hand.ExecuteNonQueryAsync();

        var (lost, stored) = (Turn("gone"), Turn("kept"));
        await using var committer = new Committer(before, _ => Task.CompletedTask, TimeProvider.System, NullLogger.Instance);
        committer.Add(lost);
        committer.Add(stored);
        committer.Start();

        await Eventually.BeTrueAsync(async () => (await before.ReadHistoryAsync("kept", default))!.Count == 1);
        (await before.ReadHistoryAsync("gone", default)).Should().BeEmpty();
        lost.Committed.Should().BeFalse();
    }

    internal static IEnumerable<WorkflowAction> Waits(WorkflowRequest turn) =>
        turn.Events().FirstOrDefault(happened => happened.EventRaised is not null) is { } raised ? [Act.Complete(0, raised.EventRaised.Input)] : [];

    private static PostgresWorkflowStore Store(string database) => new(database, "", "default.flows", TimeProvider.System, NullLogger.Instance);

    private static TurnWork Turn(string id) => new()
    {
        Id = id,
        Status = OrchestrationStatus.Running,
        HasWork = false,
        Events = [Google.Protobuf.ByteString.CopyFromUtf8("event")],
        Consumed = [],
        Finished = _ => { },
        Failed = _ => { },
    };

    private static async Task<bool> TryStartAsync(TaskHubClient hub, string id)
    {
        try
        {
            await hub.StartAsync(id, "Waits");
            return true;
        }
        catch (Protocol.Grpc.GrpcException inUse) when (inUse.Status == Protocol.Grpc.GrpcStatusCode.AlreadyExists)
        {
            return false;
        }
    }

    private sealed class Deaf : IMembershipListener
    {
        public void OnMail(string id)
        {
        }

        public void OnAdopted()
        {
        }

        public void OnRound()
        {
        }
    }
}
