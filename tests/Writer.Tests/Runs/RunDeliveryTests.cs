using System.Text.Json;
using StocksDapr.Contracts;
using StocksDapr.Contracts.Messages;
using StocksDapr.Support;

namespace StocksDapr.Writer.Tests.Runs;

public sealed class RunDeliveryTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>, IAsyncLifetime
{
    private const string Rows = """
        SELECT id, kind, title, parameters, parts, state, started_at, ended_at, outcome, detail, summary, observed FROM market.runs ORDER BY id
        """;

    private const string Steps = "SELECT run_id, step, number, name, started_at, said_at, ended_at, outcome, detail, part, symbols FROM market.run_steps ORDER BY 1, 2";

    private const string Requests = "SELECT run_id, request_id, step, provider, credits, error FROM market.run_requests ORDER BY 1, 2";

    private static readonly DateTimeOffset Start = CleanBarsOf.Fetched;

    private MarketDatabase _market = null!;
    private RunningWriter _writer = null!;

    public async Task InitializeAsync()
    {
        _market = await MarketDatabase.CreateAsync(postgres);
        _writer = await RunningWriter.StartAsync(_market.ConnectionString);
        await _writer.BecomesReadyAsync();
    }

    public async Task DisposeAsync()
    {
        await _writer.DisposeAsync();
        await _market.DisposeAsync();
    }

    [Fact]
    public async Task A_run_ends_the_same_in_any_order_and_any_number()
    {
        var random = new Random(7);
        string? expected = null;
        for (var order = 0; order < 12; order++)
        {
            var events = Life($"run-{order:00}");
            var shuffled = order == 0 ? events : [.. events.Concat(events.Take(5)).OrderBy(_ => random.Next())];
            foreach (var some in shuffled.Chunk(random.Next(1, 5)))
                (await _writer.DeliverAsync(Topics.Runs, some)).Should().OnlyContain(status => status == "SUCCESS");

            var all = string.Join('\n', [.. await _market.RowsAsync(Rows), .. await _market.RowsAsync(Steps), .. await _market.RowsAsync(Requests)]);
            expected ??= all;
            all.Replace($"run-{order:00}", "run-00").Should().Be(expected, "of order {0}", order);
            await _market.ExecuteAsync("TRUNCATE market.runs, market.run_steps, market.run_requests");
        }

        expected.Should().Contain("paused").And.Contain("|completed|Done.|").And.Contain("part-1|").And.Contain("No symbol.");
    }

    [Fact]
    public async Task What_the_run_says_of_its_end_counts_before_what_was_observed()
    {
        var observed = new RunEnded("r1", Start.AddMinutes(1), RunOutcome.Failed, "Its workflow is gone.", Observed: true);
        var said = new RunEnded("r1", Start.AddMinutes(5), RunOutcome.Completed, "Done.");

        await _writer.DeliverAsync(Topics.Runs, observed);
        (await _market.RowsAsync("SELECT outcome, observed FROM market.runs")).Should().Equal("failed|True");
        await _writer.DeliverAsync(Topics.Runs, said);
        await _writer.DeliverAsync(Topics.Runs, observed);

        (await _market.RowsAsync("SELECT outcome, detail, observed FROM market.runs")).Should().Equal("completed|Done.|False");
    }

    [Fact]
    public async Task Garbage_is_dropped_and_what_is_beside_it_is_stored()
    {
        object[] events =
        [
            _writer.Entry(Topics.Runs, new { @event = "unheard-of", runId = "r1" }),
            _writer.Entry(Topics.Runs, new { @event = "started", runId = "", kind = "backfill", title = "t", startedAt = Start }),
            _writer.Entry(Topics.Runs, new { @event = "started", runId = "r1", startedAt = Start }),
            _writer.Entry(Topics.Runs, new { @event = "started", runId = "r1", kind = "backfill", title = "t" }),
            _writer.Entry(Topics.Runs, new { @event = "step", runId = "r1", step = "s", name = "n", startedAt = Start, at = Start, endedAt = Start }),
            _writer.Entry(Topics.Runs, new { @event = "request", runId = "r1", requestId = "q", step = "s", provider = "p", at = Start, credits = -1 }),
            _writer.Entry(Topics.Runs, new { @event = "state", runId = "r1", state = "asleep", at = Start }),
            _writer.Entry(Topics.Runs, new { @event = "ended", runId = "r1", endedAt = "2999-01-01T00:00:00Z", outcome = "failed" }),
            _writer.Entry(Topics.Runs, new { @event = "planned", runId = "r1", parts = 3 }),
        ];

        (await _writer.DeliverEntriesAsync(Topics.Runs, events)).Should().Equal("DROP", "DROP", "DROP", "DROP", "DROP", "DROP", "DROP", "DROP", "SUCCESS");
        (await _market.RowsAsync("SELECT id, parts FROM market.runs")).Should().Equal("r1|3");
    }

    private static List<RunEvent> Life(string run) =>
    [
        new RunStarted(run, RunKinds.Backfill, "Bars of AAPL", Start, null, JsonSerializer.SerializeToElement(new { symbols = new[] { "AAPL" } })),
        new RunPlanned(run, 2),
        new RunStateChanged(run, RunState.Paused, Start.AddSeconds(3)),
        new RunStateChanged(run, RunState.Running, Start.AddSeconds(2)),
        new RunStep(run, "part-0", 1, "Part 1", Start, Start, Part: true),
        new RunStep(run, "part-0", 1, "Part 1", Start, Start.AddSeconds(1), Detail: "Asking again.", Part: true),
        new RunStep(
            run, "part-0", 1, "Part 1", Start, Start.AddSeconds(5), Start.AddSeconds(5), StepOutcome.Completed, null, true,
            [new StepSymbol("AAPL", SymbolOutcome.Stored, 250)]),
        new RunStep(run, "part-0", 1, "Part 1", Start, Start.AddSeconds(6), Start.AddSeconds(6), StepOutcome.Failed, "Said later.", true),
        new RunStep(run, "part-1", 2, "Part 2", Start, Start.AddSeconds(7), Start.AddSeconds(7), StepOutcome.Failed, "No symbol.", true),
        new RunRequest(run, "q1", "part-0", "simulated", Start, 1),
        new RunRequest(run, "q2", "part-1", "simulated", Start, 1, "The provider answered 500."),
        new RunEnded(run, Start.AddSeconds(9), RunOutcome.Failed, "Observed.", Observed: true),
        new RunEnded(run, Start.AddSeconds(10), RunOutcome.Completed, "Done.", JsonSerializer.SerializeToElement(new { symbols = 1 })),
    ];
}
