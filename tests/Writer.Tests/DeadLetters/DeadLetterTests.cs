using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using StocksDapr.Contracts;
using StocksDapr.Support;

namespace StocksDapr.Writer.Tests.DeadLetters;

public sealed class DeadLetterTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>, IAsyncLifetime
{
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
    public async Task A_letter_is_kept_once_as_it_came_and_counted()
    {
        var letter = _writer.Entry(Topics.RawBars, new { symbol = "AAPL", odd = "\u0000" }, "e1");

        (await _writer.DeliverEntriesAsync(Topics.DeadLetters, [letter])).Should().Equal("SUCCESS");
        (await _writer.DeliverEntriesAsync(Topics.DeadLetters, [letter, letter])).Should().Equal("SUCCESS", "SUCCESS");

        (await _market.RowsAsync("SELECT topic, event_id, truncated, convert_from(body, 'UTF8') LIKE '%AAPL%', reason FROM market.dead_letters"))
            .Should().Equal("raw-bars|e1|False|True|");
        (await _writer.Http.GetStringAsync("/metrics")).Should().MatchRegex("stocks_writer_dead_letters_total\\{[^}]*topic=\"raw-bars\"");
    }

    [Fact]
    public async Task The_reason_of_a_refusal_and_the_letter_become_one_row()
    {
        object[] refused = [_writer.Entry(Topics.Bars, new { schema = 99 }, "e1")];
        (await _writer.DeliverEntriesAsync(Topics.Bars, refused)).Should().Equal("DROP");
        (await _writer.DeliverEntriesAsync(Topics.DeadLetters, refused)).Should().Equal("SUCCESS");

        (await _market.RowsAsync("SELECT event_id, truncated, length(body) > 0, reason LIKE '%schema 99%' FROM market.dead_letters")).Should().Equal("e1|False|True|True");
    }

    [Fact]
    public async Task What_is_no_event_is_kept_for_looking_at()
    {
        object[] entries = [new { entryId = "1", @event = "AAAA" }, new { entryId = "2", @event = 5 }, new { entryId = "3" }, _writer.Entry("t", new string('x', 2_000_000), "long")];

        (await _writer.DeliverEntriesAsync(Topics.DeadLetters, entries)).Should().OnlyContain(status => status == "SUCCESS");

        (await _market.RowsAsync("SELECT topic, truncated, length(body) FROM market.dead_letters ORDER BY length(body)"))
            .Should().Equal("unknown|False|0", "unknown|False|1", "unknown|False|6", "t|True|1048576");
    }

    [Fact]
    public async Task Replay_publishes_the_data_again_to_its_topic_with_its_partition_key()
    {
        await KeepAsync(Topics.RawBars, new { symbol = "AAPL", bars = 1 });

        using var response = await _writer.Http.PostAsync($"/dead-letters/{await LastIdAsync()}/replay", null);

        response.StatusCode.Should().Be(HttpStatusCode.OK);
        var (topic, key, data) = _writer.Sidecar.Published.Should().ContainSingle().Subject;
        (topic, key, data.GetProperty("bars").GetInt32()).Should().Be((Topics.RawBars, "AAPL", 1));
        (await _market.RowsAsync("SELECT replays, replayed_at IS NOT NULL FROM market.dead_letters")).Should().Equal("1|True");
    }

    [Fact]
    public async Task Replay_of_what_waits_takes_each_letter_once_and_leaves_out_what_cannot_be_replayed()
    {
        await KeepAsync(Topics.RawBars, new { symbol = "AAPL" });
        await KeepAsync("somebody-else", new { symbol = "AAPL" });
        await KeepAsync(Topics.Imports, new { importId = "i1" });

        (await PostAsync("/dead-letters/replay?topic=imports")).GetProperty("published").GetInt32().Should().Be(1);
        (await PostAsync("/dead-letters/replay")).GetProperty("published").GetInt32().Should().Be(1);
        (await PostAsync("/dead-letters/replay")).GetProperty("published").GetInt32().Should().Be(0);

        _writer.Sidecar.Published.Select(published => (published.Topic, published.PartitionKey)).Should().Equal((Topics.Imports, "i1"), (Topics.RawBars, "AAPL"));
    }

    [Fact]
    public async Task Replay_leaves_what_came_later_alone()
    {
        await KeepAsync(Topics.RawBars, new { symbol = "AAPL" });
        var first = await LastIdAsync();
        await KeepAsync(Topics.RawBars, new { symbol = "MSFT" });

        (await PostAsync($"/dead-letters/replay?upTo={first}")).GetProperty("published").GetInt32().Should().Be(1);

        _writer.Sidecar.Published.Select(published => published.PartitionKey).Should().Equal("AAPL");
    }

    [Fact]
    public async Task Replay_says_what_it_cannot_do()
    {
        await KeepAsync("somebody-else", new { });
        var id = await LastIdAsync();

        await ProblemAsync("/dead-letters/999999/replay", HttpStatusCode.NotFound, "unknown_dead_letter");
        await ProblemAsync($"/dead-letters/{id}/replay", HttpStatusCode.Conflict, "not_replayable");
        await ProblemAsync("/dead-letters/replay?limit=0", HttpStatusCode.BadRequest, "bad_limit");
        await ProblemAsync("/dead-letters/replay?limit=x", HttpStatusCode.BadRequest, "bad_request");
        await ProblemAsync("/dead-letters/replay?topic=nonsense", HttpStatusCode.BadRequest, "unknown_topic");

        await KeepAsync(Topics.RawBars, new { symbol = "AAPL" });
        _writer.Sidecar.IsBroken = true;
        await ProblemAsync($"/dead-letters/{await LastIdAsync()}/replay", HttpStatusCode.ServiceUnavailable, "broker_unavailable");
        (await _market.ScalarAsync<long>("SELECT count(*) FROM market.dead_letters WHERE replayed_at IS NOT NULL")).Should().Be(0);
    }

    private async Task KeepAsync(string topic, object data) =>
        (await _writer.DeliverEntriesAsync(Topics.DeadLetters, [_writer.Entry(topic, data)])).Should().Equal("SUCCESS");

    private Task<long> LastIdAsync() => _market.ScalarAsync<long>("SELECT max(id) FROM market.dead_letters");

    private async Task<JsonElement> PostAsync(string path)
    {
        using var response = await _writer.Http.PostAsync(path, null);
        response.StatusCode.Should().Be(HttpStatusCode.OK);
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    private async Task ProblemAsync(string path, HttpStatusCode status, string code)
    {
        using var response = await _writer.Http.PostAsync(path, null);
        response.StatusCode.Should().Be(status);
        response.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
        (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetString().Should().Be(code);
    }
}
