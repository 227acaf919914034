using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using StocksDapr.Support;

namespace StocksDapr.EndToEnd.Runs;

/// <summary>Schedules, backfills and ends of day, with real processes, and with two replicas of Collector.</summary>
[Collection(RunsPlatformCollection.Name)]
public sealed class RunsTests(RunsPlatform platform)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task The_end_of_day_shows_every_step()
    {
        var run = await EndedAsync(await FirstAsync("end-of-day"));

        run.GetProperty("state").GetString().Should().Be("completed", run.ToString());
        var steps = run.GetProperty("steps").EnumerateArray().ToDictionary(step => step.GetProperty("id").GetString()!);
        steps.Keys.Should().Contain(["collect-0", "part-0-0", "stored-0", "check-0", "summary"]);
        steps.Values.Should().OnlyContain(step => step.GetProperty("seconds").GetDouble() >= 0 && step.GetProperty("detail").GetString() != "");
        var summary = run.GetProperty("summary");
        summary.GetProperty("series").GetInt32().Should().BeGreaterThan(0);
        (summary.GetProperty("complete").GetInt32() + summary.GetProperty("incomplete").GetArrayLength()).Should().Be(summary.GetProperty("series").GetInt32());
        run.GetProperty("rows").GetProperty("received").GetInt64().Should().BeGreaterThan(0);
        run.GetProperty("cost").GetProperty("requests").GetInt64().Should().BeGreaterThan(0);
    }

    [Fact]
    public async Task Two_replicas_collect_each_slot_once()
    {
        await EndedAsync(await FirstAsync("end-of-day"));
        await using var second = await SecondCollector.StartAsync(platform);

        // Runs from before may bear the marks of other tests, which kill processes.
        var since = $"kind = 'collection' AND started_at >= '{TimeProvider.System.GetUtcNow():O}'";
        for (var round = 0; round < 2; round++)
        {
            var looks = await second.LooksAsync();
            var before = await platform.CountAsync("SELECT count(*) FROM market.bars");
            await platform.CountAsync(
                """
                WITH gone AS (DELETE FROM market.series USING market.symbols WHERE symbol_id = id AND interval_id = 10 RETURNING symbol_id),
                    bars AS (DELETE FROM market.bars WHERE interval_id = 10 AND symbol_id IN (SELECT id FROM market.symbols) RETURNING 1)
                SELECT count(*) FROM bars
                """);

            // Both replicas find out; what is missing comes back, asked for by one of them.
            await Eventually.BeTrueAsync(async () => await platform.CountAsync("SELECT count(*) FROM market.bars") == before && await second.LooksAsync() > looks, Patience);
        }

        await Eventually.BeTrueAsync(async () => await platform.CountAsync($"SELECT count(*) FROM market.runs WHERE {since} AND ended_at IS NULL") == 0, Patience);
        (await platform.CountAsync($"SELECT count(*) FROM market.runs WHERE {since}")).Should().BeGreaterThanOrEqualTo(2, "each round took one at least");
        (await platform.CountAsync(
            $"""
            SELECT count(*) FROM (
                SELECT 1 FROM market.run_requests JOIN market.runs ON id = run_id WHERE {since} GROUP BY run_id, step HAVING count(*) > 1) AS twice
            """)).Should().Be(0, "no part of a run was asked for twice");
        (await platform.CountAsync(
            $"""
            SELECT count(*) FROM market.runs AS u
            WHERE {since} AND (outcome <> 'completed' OR parts <> (SELECT count(*) FROM market.run_requests WHERE run_id = u.id))
            """)).Should().Be(0, "each run asked the provider as often as it planned");
    }

    [Fact]
    public async Task A_backfill_survives_the_death_of_every_process_and_ends_with_exact_receipts()
    {
        var id = await PostAsync("1min", days: 680);

        await Eventually.BeTrueAsync(async () => await DoneAsync(id) >= 2, Patience);
        Kill(platform.ProcessOf("collector"));
        await Eventually.BeTrueAsync(async () => await platform.AnswersAsync("/readyz") && await DoneAsync(id) >= 6, Patience);
        Kill(platform.Record.Runner.Pid);
        var up = await platform.UpAsync();
        up.ExitCode.Should().Be(0, up.ToString());
        await platform.ConnectAsync();
        var ended = await EndedAsync(id);

        ended.GetProperty("state").GetString().Should().Be("completed", ended.ToString());
        var backfill = await platform.GetAsync($"/api/v1/backfills/{id}");
        var rows = backfill.GetProperty("rows");
        var stored = await platform.CountAsync("SELECT count(*) FROM market.bars WHERE interval_id = 1");
        (rows.GetProperty("received").GetInt64(), rows.GetProperty("inserted").GetInt64()).Should().Be((stored, stored), backfill.ToString());
        backfill.GetProperty("symbols").EnumerateArray().Sum(symbol => symbol.GetProperty("bars").GetInt64()).Should().Be(stored);
        backfill.GetProperty("symbols").EnumerateArray().Should().OnlyContain(symbol => symbol.GetProperty("outcome").GetString() == "stored");
        backfill.GetProperty("cost").GetProperty("requests").GetInt64().Should().BeGreaterThanOrEqualTo(backfill.GetProperty("parts").GetProperty("total").GetInt64());
    }

    [Fact]
    public async Task A_backfill_can_be_paused_resumed_and_cancelled()
    {
        var id = await PostAsync("5min", days: 5_500);
        (await ActAsync(id, "pause")).Should().Be(HttpStatusCode.OK);
        (await ActAsync(id, "pause")).Should().Be(HttpStatusCode.OK, "it may be sent again");
        await Eventually.BeTrueAsync(async () => await StateAsync(id) == "paused");
        (await ActAsync(id, "resume")).Should().Be(HttpStatusCode.OK);
        await Eventually.BeTrueAsync(async () => await StateAsync(id) == "running");
        (await ActAsync(id, "pause")).Should().Be(HttpStatusCode.OK);
        (await ActAsync(id, "cancel")).Should().Be(HttpStatusCode.OK);
        (await ActAsync(id, "cancel")).Should().Be(HttpStatusCode.OK);
        await Eventually.BeTrueAsync(async () => await StateAsync(id) == "cancelled");
        (await ActAsync(id, "resume")).Should().Be(HttpStatusCode.Conflict);
        var run = await platform.GetAsync($"/api/v1/runs/{id}");
        run.GetProperty("endedAt").GetDateTimeOffset().Should().BeAfter(run.GetProperty("startedAt").GetDateTimeOffset());
        run.GetProperty("steps").EnumerateArray().Should().NotContain(step => step.GetProperty("state").GetString() == "running");
        (await ActAsync("backfill-nobody", "pause")).Should().Be(HttpStatusCode.NotFound);
    }

    private async Task<string> PostAsync(string interval, int days)
    {
        var to = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime).AddDays(-1);
        var symbols = (await platform.GetAsync("/api/v1/series?interval=1d")).GetProperty("series").EnumerateArray().Take(2).Select(series => series.GetProperty("symbol").GetString());
        using var answer = await platform.Gateway.PostAsJsonAsync(
            new Uri("/api/v1/backfills", UriKind.Relative), new { symbols, interval, from = to.AddDays(-days), to, provider = "simulated" });
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>();
        answer.StatusCode.Should().Be(HttpStatusCode.Accepted, body.ToString());
        answer.Headers.Location!.ToString().Should().Be($"/api/v1/backfills/{body.GetProperty("id").GetString()}");
        return body.GetProperty("id").GetString()!;
    }

    private async Task<HttpStatusCode> ActAsync(string id, string verb)
    {
        using var answer = await platform.Gateway.PostAsync(new Uri($"/api/v1/backfills/{id}/{verb}", UriKind.Relative), content: null);
        return answer.StatusCode;
    }

    private async Task<string> StateAsync(string id) => (await platform.GetAsync($"/api/v1/backfills/{id}")).GetProperty("state").GetString()!;

    private async Task<long> DoneAsync(string id) => (await platform.GetAsync($"/api/v1/backfills/{id}")).GetProperty("parts").GetProperty("done").GetInt64();

    private async Task<string> FirstAsync(string kind)
    {
        string? id = null;
        await Eventually.BeTrueAsync(
            async () => (id = (await platform.GetAsync($"/api/v1/runs?kind={kind}")).GetProperty("items").EnumerateArray().Select(run => run.GetProperty("id").GetString()).LastOrDefault()) is not null,
            Patience);
        return id!;
    }

    private async Task<JsonElement> EndedAsync(string id)
    {
        JsonElement run = default;
        await Eventually.BeTrueAsync(async () => (run = await platform.GetAsync($"/api/v1/runs/{id}")).TryGetProperty("endedAt", out _), Patience);
        return run;
    }

    private static void Kill(int pid)
    {
        using var process = Process.GetProcessById(pid);
        process.Kill();
    }
}
