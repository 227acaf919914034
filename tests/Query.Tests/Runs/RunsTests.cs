using StocksDapr.Query.Tests.Support;
using StocksDapr.Support;

namespace StocksDapr.Query.Tests.Runs;

public sealed class RunsTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private const string Asked = """{"provider":"simulated","interval":"1d","symbols":["A","B","C","D"],"from":"2020-01-02","to":"2020-12-31","ranges":2}""";

    [Fact]
    public async Task A_run_shows_every_step_with_its_duration_outcome_rows_and_cost()
    {
        await using var market = await TestMarket.CreateAsync(postgres);
        await using var query = await TestQuery.StartAsync(market);
        await BackfillAsync(market, "b1");
        await market.ExecuteAsync("INSERT INTO market.import_batches SELECT 'b1', n, 10, 6, 1, 2, 1, 0, now() FROM generate_series(0, 2) AS n");
        await market.ExecuteAsync("INSERT INTO market.run_requests VALUES ('b1', 'q1', 'part-0', 'simulated', now(), 4, NULL), ('b1', 'q2', 'part-1', 'simulated', now(), 3, '500')");

        var run = await query.GetAsync("/runs/b1");

        run["kind"]!.GetValue<string>().Should().Be("backfill");
        run["state"]!.GetValue<string>().Should().Be("running");
        run["parts"]!.ToJsonString().Should().Be("""{"total":2,"done":1,"failed":1}""");
        run["rows"]!.ToJsonString().Should().Be("""{"received":30,"stored":21,"inserted":18,"revised":3,"unchanged":6,"quarantined":3,"repeated":0}""");
        run["cost"]!.ToJsonString().Should().Be("""{"requests":2,"credits":7}""");
        run["parameters"]!["interval"]!.GetValue<string>().Should().Be("1d");
        run["steps"]!.AsArray().Select(step => (step!["id"]!.GetValue<string>(), step["state"]!.GetValue<string>(), step["seconds"]?.GetValue<double>()))
            .Should().Equal(("part-0", "incomplete", 2.5), ("part-1", "running", null));
        run["steps"]![0]!["symbols"]![0]!["outcome"]!.GetValue<string>().Should().Be("stored");
        run["next"].Should().BeNull();

        await market.ExecuteAsync("UPDATE market.runs SET ended_at = '2026-01-02T03:05:05Z', outcome = 'cancelled', detail = 'Somebody cancelled it.'");
        run = await query.GetAsync("/runs/b1");
        (run["state"]!.GetValue<string>(), run["seconds"]!.GetValue<double>(), run["detail"]!.GetValue<string>()).Should().Be(("cancelled", 60, "Somebody cancelled it."));
        run["steps"]![1]!["state"]!.GetValue<string>().Should().Be("abandoned");
    }

    [Fact]
    public async Task A_backfill_says_what_became_of_each_symbol()
    {
        await using var market = await TestMarket.CreateAsync(postgres);
        await using var query = await TestQuery.StartAsync(market);
        await BackfillAsync(market, "b1");

        (await OutcomesAsync()).Should().Equal("A pending 250 ", "B pending 0 ", "C pending 0 No answer.", "D pending 0 ");
        await market.ExecuteAsync(
            """
            UPDATE market.run_steps SET ended_at = now(), outcome = 'incomplete', symbols =
                '[{"symbol":"A","outcome":"stored","bars":50},{"symbol":"B","outcome":"empty","bars":0},{"symbol":"C","outcome":"failed","bars":0,"detail":"No answer."},{"symbol":"D","outcome":"failed","bars":0}]'
            WHERE step = 'part-1'
            """);
        (await OutcomesAsync()).Should().Equal("A stored 300 ", "B empty 0 ", "C failed 0 No answer.", "D pending 0 ");
        await market.ExecuteAsync("UPDATE market.runs SET ended_at = now(), outcome = 'completed'");
        (await OutcomesAsync()).Should().Equal("A stored 300 ", "B empty 0 ", "C failed 0 No answer.", "D incomplete 0 ");
        (await query.GetAsync("/backfills"))["items"]![0]!["symbolCount"]!.GetValue<int>().Should().Be(4);

        async Task<IEnumerable<string>> OutcomesAsync() => (await query.GetAsync("/backfills/b1"))["symbols"]!.AsArray()
            .Select(symbol => $"{symbol!["symbol"]} {symbol["outcome"]} {symbol["bars"]} {symbol["detail"]}");
    }

    [Fact]
    public async Task Runs_are_listed_newest_first_and_chosen_by_kind_state_and_day()
    {
        await using var market = await TestMarket.CreateAsync(postgres);
        await using var query = await TestQuery.StartAsync(market);
        await market.ExecuteAsync(
            """
            INSERT INTO market.runs (id, kind, title, started_at, recorded_at, state, outcome, ended_at)
            SELECT 'r' || i, CASE i % 3 WHEN 0 THEN 'collection' WHEN 1 THEN 'backfill' ELSE 'end-of-day' END, 't',
                '2026-01-05T15:00:00Z'::timestamptz + i * interval '1 h', '2026-01-05T15:00:00Z'::timestamptz + (i / 2) * interval '1 h',
                CASE WHEN i = 4 THEN 'paused' END, CASE WHEN i < 3 THEN 'completed' END, CASE WHEN i < 3 THEN now() END
            FROM generate_series(0, 29) AS i
            """);

        (await IdsAsync("")).Should().HaveCount(30).And.OnlyHaveUniqueItems();
        (await IdsAsync("kind=backfill&")).Should().Equal(Enumerable.Range(0, 10).Reverse().Select(i => $"r{(i * 3) + 1}"));
        (await IdsAsync("state=completed&")).Should().BeEquivalentTo(["r0", "r1", "r2"]);
        (await IdsAsync("state=paused&")).Should().Equal("r4");
        (await IdsAsync("state=running&kind=collection&to=2026-01-05&")).Should().Equal("r12", "r9", "r6", "r3");
        (await IdsAsync("from=2026-01-06T19:00:00Z&")).Should().Equal("r29", "r28");

        async Task<List<string>> IdsAsync(string question)
        {
            var ids = new List<string>();
            string? cursor = null;
            do
            {
                var page = await query.GetAsync($"/runs?{question}limit=4" + (cursor is null ? "" : $"&cursor={cursor}"));
                ids.AddRange(page["items"]!.AsArray().Select(item => item!["id"]!.GetValue<string>()));
                cursor = page["next"]?.GetValue<string>();
            }
            while (cursor is not null);
            return ids;
        }
    }

    [Fact]
    public async Task Steps_come_page_by_page()
    {
        await using var market = await TestMarket.CreateAsync(postgres);
        await using var query = await TestQuery.StartAsync(market);
        await market.ExecuteAsync("INSERT INTO market.runs (id, kind, title, started_at) VALUES ('r1', 'backfill', 't', now())");
        await market.ExecuteAsync(
            "INSERT INTO market.run_steps (run_id, step, number, name, started_at, said_at, part) SELECT 'r1', 'part-' || i, i / 2, 'n', now(), now(), true FROM generate_series(0, 24) AS i");

        var ids = new List<string>();
        string? cursor = null;
        do
        {
            var page = await query.GetAsync("/runs/r1?limit=7" + (cursor is null ? "" : $"&cursor={cursor}"));
            ids.AddRange(page["steps"]!.AsArray().Select(step => step!["id"]!.GetValue<string>()));
            cursor = page["next"]?.GetValue<string>();
        }
        while (cursor is not null);
        ids.Should().HaveCount(25).And.OnlyHaveUniqueItems();
        ids[0].Should().Be("part-0");
    }

    [Fact]
    public async Task A_run_that_is_on_its_way_is_waited_for_and_one_that_is_not_is_unknown()
    {
        await using var market = await TestMarket.CreateAsync(postgres);
        await using var query = await TestQuery.StartAsync(market);

        var asked = query.GetAsync("/backfills/b1");
        await BackfillAsync(market, "b1");

        (await asked)["state"]!.GetValue<string>().Should().Be("running");
        (await query.GetProblemAsync("/backfills/b2", 404))["code"]!.GetValue<string>().Should().Be("unknown_backfill");
        (await query.GetProblemAsync("/runs/r2", 404))["code"]!.GetValue<string>().Should().Be("unknown_run");
        await query.GetProblemAsync("/runs/a%20b", 404);
        await market.ExecuteAsync("INSERT INTO market.runs (id, kind, title, started_at) VALUES ('c1', 'collection', 't', now())");
        (await query.GetProblemAsync("/backfills/c1", 404))["code"]!.GetValue<string>().Should().Be("unknown_backfill");
    }

    [Theory]
    [InlineData("/runs?kind=import", "bad_kind")]
    [InlineData("/runs?state=asleep", "bad_state")]
    [InlineData("/runs?from=yesterday", "bad_from")]
    [InlineData("/runs?from=2026-01-03&to=2026-01-02", "bad_range")]
    [InlineData("/runs?limit=101", "bad_limit")]
    [InlineData("/runs?cursor=abc", "bad_cursor")]
    [InlineData("/runs?sort=asc", "unknown_parameter")]
    [InlineData("/backfills?kind=backfill", "unknown_parameter")]
    [InlineData("/runs/r1?limit=0", "bad_limit")]
    [InlineData("/runs/r1/receipts?from=3&to=2", "bad_range")]
    [InlineData("/runs/r1/receipts?to=2", "bad_from")]
    public async Task A_question_that_makes_no_sense_is_refused(string path, string code)
    {
        await using var market = await TestMarket.CreateAsync(postgres);
        await using var query = await TestQuery.StartAsync(market);

        (await query.GetProblemAsync(path, 400))["code"]!.GetValue<string>().Should().Be(code);
    }

    private static async Task BackfillAsync(TestMarket market, string id)
    {
        await market.ExecuteAsync(
            """
            INSERT INTO market.run_steps (run_id, step, number, name, started_at, said_at, ended_at, outcome, part, symbols) VALUES
                ($1, 'part-0', 1, 'Part 1 of 2', '2026-01-02T03:04:05Z', now(), '2026-01-02T03:04:07.5Z', 'incomplete', true,
                 '[{"symbol":"A","outcome":"stored","bars":250},{"symbol":"B","outcome":"empty","bars":0},{"symbol":"C","outcome":"failed","bars":0,"detail":"No answer."}]'),
                ($1, 'part-1', 2, 'Part 2 of 2', '2026-01-02T03:04:08Z', now(), NULL, NULL, true, NULL)
            """,
            id);
        await market.ExecuteAsync(
            $"INSERT INTO market.runs (id, kind, title, started_at, parts, parameters) VALUES ($1, 'backfill', 't', '2026-01-02T03:04:05Z', 2, '{Asked}')", id);
    }
}
