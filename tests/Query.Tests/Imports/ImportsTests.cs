using System.Text.Json.Nodes;
using StocksDapr.Query.Tests.Support;
using StocksDapr.Support;

namespace StocksDapr.Query.Tests.Imports;

public sealed class ImportsTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    [Fact]
    public async Task A_receipt_follows_the_import_from_accepted_to_completed()
    {
        await using var market = await TestMarket.CreateAsync(postgres);
        await using var query = await TestQuery.StartAsync(market);
        await market.ExecuteAsync("INSERT INTO market.imports (id, source, interval, file_name, bytes, accepted_at) VALUES ('i1', 'csv', '1d', 'a.csv', 9, '2026-01-02T03:04:05Z')");
        await StateAsync("accepted");
        await BatchAsync(market, 1, received: 10, inserted: 5, revised: 1, unchanged: 2, quarantined: 1, repeated: 1);
        await StateAsync("reading");
        await market.ExecuteAsync("UPDATE market.imports SET batches = 3, rows = 32, rejected = 2, read_at = now() WHERE id = 'i1'");
        await StateAsync("running");
        await BatchAsync(market, 0, received: 10, inserted: 10);
        await BatchAsync(market, 2, received: 10, unchanged: 10);
        await StateAsync("running");
        await market.ExecuteAsync("INSERT INTO market.import_rejections (import_id, line, code, reason, row) VALUES ('i1', 7, 'bad-date', 'No date.', 'x,1'), ('i1', 9, 'bad-date', 'No date.', 'y,2')");

        var receipt = await StateAsync("completed");

        receipt["read"]!.GetValue<long>().Should().Be(32);
        receipt["stored"]!.GetValue<long>().Should().Be(16);
        long Count(string name) => receipt[name]!.GetValue<long>();
        (Count("stored") + Count("unchanged") + Count("quarantined") + Count("repeated") + Count("rejected")).Should().Be(Count("read"));
        (Count("inserted") + Count("revised")).Should().Be(Count("stored"));
        receipt["batches"]!.ToJsonString().Should().Be("""{"total":3,"done":3}""");
        receipt["fileName"]!.GetValue<string>().Should().Be("a.csv");
        receipt["acceptedAt"]!.GetValue<DateTimeOffset>().Should().Be(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
        receipt["completedAt"].Should().NotBeNull();
        (await query.GetAsync("/imports"))["items"]![0]!.ToJsonString().Should().Be(receipt.ToJsonString());

        async Task<JsonNode> StateAsync(string state)
        {
            var now = await query.GetAsync("/imports/i1");
            now["state"]!.GetValue<string>().Should().Be(state);
            return now;
        }
    }

    [Fact]
    public async Task A_failed_import_says_why()
    {
        await using var market = await TestMarket.CreateAsync(postgres);
        await using var query = await TestQuery.StartAsync(market);
        await market.ExecuteAsync("INSERT INTO market.imports (id, failed_at, failed_code, failed_reason) VALUES ('i1', now(), 'no-columns', 'There is no date column.')");

        var receipt = await query.GetAsync("/imports/i1");

        receipt["state"]!.GetValue<string>().Should().Be("failed");
        receipt["error"]!.ToJsonString().Should().Be("""{"code":"no-columns","reason":"There is no date column."}""");
    }

    [Fact]
    public async Task Missing_batches_are_the_gaps()
    {
        await using var market = await TestMarket.CreateAsync(postgres);
        await using var query = await TestQuery.StartAsync(market);
        await market.ExecuteAsync("INSERT INTO market.imports (id, accepted_at) VALUES ('i1', now())");
        await MissingAsync("""{"batches":null,"missing":[]}""");
        foreach (var number in (int[])[2, 3, 7])
            await BatchAsync(market, number, received: 1, inserted: 1);
        await MissingAsync("""{"batches":null,"missing":[[0,1],[4,6]]}""");
        await market.ExecuteAsync("UPDATE market.imports SET batches = 10 WHERE id = 'i1'");
        await MissingAsync("""{"batches":10,"missing":[[0,1],[4,6],[8,9]]}""");
        foreach (var number in (int[])[0, 1, 4, 5, 6, 8, 9])
            await BatchAsync(market, number, received: 1, inserted: 1);
        await MissingAsync("""{"batches":10,"missing":[]}""");

        async Task MissingAsync(string expected) =>
            (await query.Client.GetStringAsync("/imports/i1/missing-batches")).Should().Be(expected);
    }

    [Fact]
    public async Task Rejections_come_in_the_order_of_the_file_as_json_or_csv()
    {
        await using var market = await TestMarket.CreateAsync(postgres);
        await using var query = await TestQuery.StartAsync(market);
        await market.ExecuteAsync("INSERT INTO market.imports (id, accepted_at) VALUES ('i1', now()), ('i2', now())");
        await market.ExecuteAsync("INSERT INTO market.import_rejections (import_id, line, code, reason, row) SELECT 'i1', line, 'bad-date', 'No \"date\".', 'a,b' FROM generate_series(25, 1, -1) AS line");

        var lines = new List<int>();
        string? cursor = null;
        do
        {
            var page = await query.GetAsync("/imports/i1/rejections?limit=10" + (cursor is null ? "" : $"&cursor={cursor}"));
            lines.AddRange(page["items"]!.AsArray().Select(item => item!["line"]!.GetValue<int>()));
            cursor = page["next"]?.GetValue<string>();
            if (cursor is not null)
                await query.GetProblemAsync($"/imports/i2/rejections?cursor={cursor}", 400);
        }
        while (cursor is not null);
        lines.Should().Equal(Enumerable.Range(1, 25));

        using var request = new HttpRequestMessage(HttpMethod.Get, "/imports/i1/rejections?limit=1");
        request.Headers.Add("Accept", "text/csv");
        using var answer = await query.Client.SendAsync(request);
        (await answer.Content.ReadAsStringAsync()).Should().Be("line,code,reason,row\r\n1,bad-date,\"No \"\"date\"\".\",\"a,b\"\r\n");
        answer.Headers.Contains("X-Next-Cursor").Should().BeTrue();
    }

    [Fact]
    public async Task A_receipt_that_is_on_its_way_is_waited_for()
    {
        await using var market = await TestMarket.CreateAsync(postgres);
        await using var query = await TestQuery.StartAsync(market);

        var asked = query.GetAsync("/imports/i1");
        await market.ExecuteAsync("INSERT INTO market.imports (id, accepted_at) VALUES ('i1', now())");

        (await asked)["state"]!.GetValue<string>().Should().Be("accepted");
        (await query.GetProblemAsync("/imports/i2", 404))["code"]!.GetValue<string>().Should().Be("unknown_import");
        await query.GetProblemAsync("/imports/a%20b", 404);
        await query.GetProblemAsync("/imports/i2/missing-batches", 404);
        await query.GetProblemAsync("/imports/i2/rejections", 404);
    }

    [Fact]
    public async Task Imports_are_listed_newest_first()
    {
        await using var market = await TestMarket.CreateAsync(postgres);
        await using var query = await TestQuery.StartAsync(market);
        await market.ExecuteAsync("INSERT INTO market.imports (id, recorded_at) SELECT 'i' || i, '2026-01-01'::timestamptz + (i / 3) * interval '1 s' FROM generate_series(10, 34) AS i");

        var ids = new List<string>();
        string? cursor = null;
        do
        {
            var page = await query.GetAsync("/imports?limit=7" + (cursor is null ? "" : $"&cursor={cursor}"));
            ids.AddRange(page["items"]!.AsArray().Select(item => item!["id"]!.GetValue<string>()));
            cursor = page["next"]?.GetValue<string>();
        }
        while (cursor is not null);

        ids.Should().Equal(Enumerable.Range(10, 25).Reverse().Select(i => $"i{i}"));
    }

    private static Task BatchAsync(
        TestMarket market, int number, int received, int inserted = 0, int revised = 0, int unchanged = 0, int quarantined = 0, int repeated = 0) =>
        market.ExecuteAsync(
            """
            INSERT INTO market.import_batches (import_id, number, received, inserted, revised, unchanged, quarantined, repeated, recorded_at)
            VALUES ('i1', $1, $2, $3, $4, $5, $6, $7, now())
            """,
            number, received, inserted, revised, unchanged, quarantined, repeated);
}
