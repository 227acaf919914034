using Microsoft.Extensions.Logging.Abstractions;
using StocksDapr.Support;
using StocksDapr.Writer.Options;
using StocksDapr.Writer.Runs;
using StocksDapr.Writer.Storage;

namespace StocksDapr.Writer.Tests.Runs;

public sealed class RunRetentionTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>, IAsyncLifetime
{
    private const string Ids = """
        SELECT 'run ' || id FROM market.runs UNION ALL SELECT 'step ' || run_id FROM market.run_steps
        UNION ALL SELECT 'request ' || run_id FROM market.run_requests UNION ALL SELECT 'batch ' || import_id FROM market.import_batches ORDER BY 1
        """;

    private static readonly DateTimeOffset Cutoff = DateTimeOffset.Parse("2026-08-01T00:00:00Z");

    private MarketDatabase _market = null!;

    public async Task InitializeAsync() => _market = await MarketDatabase.CreateAsync(postgres);

    public async Task DisposeAsync() => await _market.DisposeAsync();

    [Fact]
    public async Task Runs_that_ended_long_ago_go_with_all_that_belongs_to_them_and_nothing_else_does()
    {
        await AddAsync("old", "2026-07-30", "2026-07-31");
        await AddAsync("old-still-open", "2026-01-01", endedAt: null);
        await AddAsync("long-and-just-ended", "2026-01-01", "2026-08-02");
        await AddAsync("new", "2026-08-02", "2026-08-02");
        await _market.ExecuteAsync(Batch("import-of-a-file", "2020-01-01"));
        var pruning = new RunPruning(_market.Database);

        (await pruning.PruneAsync(Cutoff, CancellationToken.None)).Should().Be(1);

        string[] kept = ["long-and-just-ended", "new", "old-still-open"];
        (await _market.RowsAsync(Ids)).Should().BeEquivalentTo(
            [.. kept.SelectMany(id => new[] { $"run {id}", $"step {id}", $"request {id}", $"batch {id}" }), "batch import-of-a-file"]);
        (await pruning.PruneAsync(Cutoff, CancellationToken.None)).Should().Be(0);
    }

    [Fact]
    public async Task One_transaction_takes_some_runs_the_oldest_first()
    {
        for (var i = 0; i < RunPruning.RunsAtOnce + 2; i++)
            await AddAsync($"run-{i:00}", $"2026-06-{i + 1:00}", $"2026-06-{i + 1:00}");
        var pruning = new RunPruning(_market.Database);

        (await pruning.PruneAsync(Cutoff, CancellationToken.None)).Should().Be(RunPruning.RunsAtOnce);

        (await _market.RowsAsync("SELECT id FROM market.runs ORDER BY id")).Should().Equal("run-10", "run-11");
        (await pruning.PruneAsync(Cutoff, CancellationToken.None)).Should().Be(2);
    }

    [Fact]
    public async Task While_one_replica_prunes_another_leaves_it_alone()
    {
        await AddAsync("old", "2026-07-30", "2026-07-31");
        var pruning = new RunPruning(_market.Database);
        await using (var other = await _market.ConnectAsync())
        {
            await using var transaction = await other.BeginTransactionAsync();
            await using var command = other.CreateCommand();
            command.CommandText = $"SELECT pg_advisory_xact_lock({Locks.RunPruning})";
            await command.ExecuteNonQueryAsync();

            (await pruning.PruneAsync(Cutoff, CancellationToken.None)).Should().Be(0);
        }

        (await pruning.PruneAsync(Cutoff, CancellationToken.None)).Should().Be(1);
    }

    [Theory]
    [InlineData(null, "ended-80-days-ago,open")]
    [InlineData("30", "open")]
    public async Task Writer_prunes_when_it_starts_as_its_setting_says(string? days, string kept)
    {
        await AddAsync("open", "2020-01-01", endedAt: null);
        foreach (var age in (int[])[80, 100])
        {
            var day = TimeProvider.System.GetUtcNow().AddDays(-age).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
            await AddAsync($"ended-{age}-days-ago", day, day);
        }

        (string, string)[] settings = days is null ? [] : [("Writer:RunRetentionDays", days)];
        await using var writer = await RunningWriter.StartAsync(_market.ConnectionString, settings);
        await writer.BecomesReadyAsync();

        // What is to stay is there from the beginning: it is kept if it is still there once the rest has gone.
        var expected = kept.Split(',');
        await Eventually.BeTrueAsync(async () => (await _market.RowsAsync("SELECT id FROM market.runs ORDER BY id")).SequenceEqual(expected));
    }

    [Fact]
    public async Task Nothing_is_pruned_where_runs_are_kept_for_ever()
    {
        await AddAsync("old", "2020-01-01", "2020-01-01");
        var state = new DatabaseState();
        state.ReportSchemaReady();
        using var retention = new RunRetention(
            new RunPruning(_market.Database), state, Microsoft.Extensions.Options.Options.Create(new WriterOptions { RunRetentionDays = 0 }), TimeProvider.System,
            NullLogger<RunRetention>.Instance);

        await retention.StartAsync(CancellationToken.None);
        await retention.ExecuteTask!;

        (await _market.RowsAsync("SELECT id FROM market.runs")).Should().Equal("old");
    }

    private Task AddAsync(string id, string recordedAt, string? endedAt) => _market.ExecuteAsync($"""
        INSERT INTO market.runs (id, kind, started_at, ended_at, outcome, recorded_at)
        VALUES ('{id}', 'backfill', '{recordedAt}Z', {(endedAt is null ? "NULL, NULL" : $"'{endedAt}Z', 'completed'")}, '{recordedAt}Z');
        INSERT INTO market.run_steps (run_id, step, number, name, started_at, said_at, part) VALUES ('{id}', 'part-0', 1, 'Part 1', '{recordedAt}Z', '{recordedAt}Z', true);
        INSERT INTO market.run_requests (run_id, request_id, step, provider, requested_at, credits) VALUES ('{id}', 'r', 'part-0', 'simulated', '{recordedAt}Z', 1);
        {Batch(id, recordedAt)}
        """);

    private static string Batch(string id, string recordedAt) =>
        $"INSERT INTO market.import_batches VALUES ('{id}', 1, 1, 1, 0, 0, 0, 0, '{recordedAt}Z');";
}
