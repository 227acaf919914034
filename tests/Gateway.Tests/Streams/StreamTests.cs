using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using StocksDapr.Gateway.House;
using StocksDapr.Support;

namespace StocksDapr.Gateway.Streams;

public sealed class StreamTests : GatewayTest
{
    private readonly FakeStreamLog _log = new();

    protected override string[] Settings => ["--Stream:StreamsPerToken=3", "--Stream:HeartbeatEvery=00:00:01", "--Stream:KeptEvents=64"];

    private StreamHub Hub => House.Gateway.Services.GetRequiredService<StreamHub>();

    [Fact]
    public async Task A_new_reader_gets_the_forming_bars_as_they_stand_and_then_what_happens()
    {
        var client = await ClientAsync();
        _log.Store("AAPL", 1, start: -60);
        _log.Form("AAPL", 2);
        _log.Form("MSFT", 3);
        _log.Form("AAPL", 4, interval: "5min");
        await using var reader = await SseClient.OpenAsync(client, "symbols=AAPL,MSFT&interval=1min");

        var first = await reader.UntilHeartbeatAsync();
        _log.Form("IBM", 9);
        var forming = _log.Form("AAPL", 2.5);
        var next = (await reader.NextAsync())!;
        var stored = _log.Store("AAPL", 2.75);
        _log.Store("AAPL", 5, interval: "1d");
        var corrected = _log.Store("AAPL", 3, kind: "correction");

        first.Select(item => (item.Id, item.Name, Close(item))).Should().Equal((null, "forming", 2), (null, "forming", 3));
        new[] { next, await reader.NextAsync(), await reader.NextAsync() }.Select(item => (item!.Id, item.Name, Close(item))).Should().Equal(
            ($"{_log.Epoch}-{forming}", "forming", 2.5), ($"{_log.Epoch}-{stored}", "bar", 2.75), ($"{_log.Epoch}-{corrected}", "correction", 3));
        reader.Answer.Headers.CacheControl!.NoStore.Should().BeTrue();
        reader.Answer.Content.Headers.ContentEncoding.Should().BeEmpty();
    }

    [Fact]
    public async Task A_reader_that_comes_back_gets_what_it_missed_once_from_memory_or_from_the_log_on_any_replica()
    {
        var client = await ClientAsync();
        var other = House.Client(client.DefaultRequestHeaders.Authorization!.Parameter, await House.AddGatewayAsync(null, Settings));
        string? last;
        await using (var reader = await SseClient.OpenAsync(client, "symbols=A,B&interval=1min"))
        {
            await reader.UntilHeartbeatAsync();
            _log.Store("A", 0);
            (await reader.NextAsync())!.Name.Should().Be("bar");
            last = reader.LastId;
        }

        // More than the ring has room for, with other symbols between.
        for (var i = 1; i <= 200; i++)
            _log.Store(i % 2 == 0 ? "A" : "C", i, start: i);
        var forming = _log.Form("B", 1_000);

        await Eventually.BeTrueAsync(() => Hub.Position!.Value.Number == forming);

        var stored = 0L;
        foreach (var replica in new[] { client, other })
        {
            await using var back = await SseClient.OpenAsync(replica, "symbols=A,B&interval=1min", last);
            var missed = await back.UntilHeartbeatAsync();
            missed.Where(item => item.Id != $"{_log.Epoch}-{stored}").Select(Close).Should().Equal(Enumerable.Range(1, 100).Select(i => 2.0 * i).Append(1_000));
            missed.Select(item => item.Id).Should().OnlyHaveUniqueItems().And.NotContainNulls();

            await using var again = await SseClient.OpenAsync(replica, "symbols=A,B&interval=1min&lastEventId=" + missed[99].Id);
            (await again.UntilHeartbeatAsync()).Should().Equal(missed[100..]);

            stored = _log.Store("A", 7, start: 1_000 + stored);
            (await back.NextAsync())!.Id.Should().Be($"{_log.Epoch}-{stored}");
            (await again.NextAsync())!.Id.Should().Be($"{_log.Epoch}-{stored}");
        }
    }

    [Fact]
    public async Task A_heartbeat_moves_a_reader_on_for_whom_there_is_nothing()
    {
        var client = await ClientAsync();
        await using var reader = await SseClient.OpenAsync(client, "symbols=QUIET&interval=1min");
        await reader.UntilHeartbeatAsync();

        var stored = _log.Store("A", 1);

        await Eventually.PassAsync(async () =>
        {
            (await reader.NextOfAllAsync())!.Name.Should().Be("heartbeat");
            reader.LastId.Should().Be($"{_log.Epoch}-{stored}");
        });
    }

    [Fact]
    public async Task A_place_that_is_not_known_any_more_is_answered_with_a_reset_and_the_bars_of_now()
    {
        var client = await ClientAsync();
        var first = _log.Store("A", 1);
        _log.Form("A", 2, start: 60);
        _log.Prune(_log.Store("A", 3, start: 30));

        foreach (var place in new[] { $"{_log.Epoch}-{first}", $"{_log.Epoch}-999", "00000000-1" })
        {
            await using var reader = await SseClient.OpenAsync(client, "symbols=A&interval=1min", place);
            var events = await reader.UntilHeartbeatAsync();
            events.Select(item => (item.Id, item.Name)).Should().Equal((null, "reset"), (null, "forming"));
            ((string?)JsonNode.Parse(events[0].Data)!["reason"]).Should().Be("too_old");
        }
    }

    [Fact]
    public async Task Readers_are_told_when_the_stream_begins_anew_under_them()
    {
        var client = await ClientAsync();
        await using var reader = await SseClient.OpenAsync(client, "symbols=*&interval=1min");
        await reader.UntilHeartbeatAsync();
        _log.Store("A", 1);
        (await reader.NextAsync())!.Name.Should().Be("bar");

        _log.Replace("ffff0000");

        var reset = (await reader.NextAsync())!;
        (reset.Name, (string?)JsonNode.Parse(reset.Data)!["reason"]).Should().Be(("reset", "stream_restarted"));
        _log.Store("A", 2);
        (await reader.NextAsync())!.Id.Should().Be("ffff0000-1");
    }

    [Fact]
    public async Task While_Query_is_away_nothing_is_lost()
    {
        var client = await ClientAsync();
        await using var reader = await SseClient.OpenAsync(client, "symbols=*&interval=1min");
        await reader.UntilHeartbeatAsync();
        _log.IsAway = true;
        await Eventually.PassAsync(async () => (await reader.NextOfAllAsync())!.Data.Should().Contain("\"live\":false"));
        await House.Client(client.DefaultRequestHeaders.Authorization!.Parameter).GetAsync("/api/v1/stream?symbols=A").ShouldBeProblemAsync(503, "stream_unavailable");

        for (var i = 0; i < 10; i++)
            _log.Store("A", i, start: i);
        _log.IsAway = false;
        _log.Store("A", 10, start: 10);

        for (var i = 0; i <= 10; i++)
            Close((await reader.NextAsync())!).Should().Be(i);
    }

    [Fact]
    public async Task A_reader_that_falls_behind_is_cut_off_with_the_reason_and_has_missed_nothing_until_then()
    {
        var client = await ClientAsync();
        await using var reader = await SseClient.OpenAsync(client, "symbols=A&interval=1min");
        await reader.UntilHeartbeatAsync();

        // Far more than what connections hold back.
        _log.Padding = new string('x', 4_000);
        for (var i = 0; i < 6_000; i++)
            _log.Store("A", i, start: i);
        var last = _log.Store("B", 0);
        await Eventually.BeTrueAsync(() => Hub.Position!.Value.Number == last);

        var (count, item) = (0, await reader.NextAsync());
        for (; item!.Name == "bar"; item = await reader.NextAsync())
            Close(item).Should().Be(count++);
        (item.Name, (string?)JsonNode.Parse(item.Data)!["reason"]).Should().Be(("end", "too_slow"));
        (await reader.NextAsync()).Should().BeNull();
        await using var back = await SseClient.OpenAsync(client, "symbols=A&interval=1min", reader.LastId);
        Close((await back.NextAsync())!).Should().Be(count, "it goes on where it was cut off");
    }

    [Fact]
    public async Task A_revoked_token_ends_its_streams_with_the_reason()
    {
        var client = await ClientAsync();
        var token = client.DefaultRequestHeaders.Authorization!.Parameter!;
        await using var reader = await SseClient.OpenAsync(client, "symbols=A");
        await reader.UntilHeartbeatAsync();

        using var revoked = await House.Local.DeleteAsync($"/api/v1/tokens/{token.Split('_')[1]}");
        revoked.StatusCode.Should().Be(HttpStatusCode.NoContent);

        var end = (await reader.NextAsync())!;
        (end.Name, (string?)JsonNode.Parse(end.Data)!["reason"]).Should().Be(("end", "token_ended"));
        (await reader.NextAsync()).Should().BeNull();
    }

    [Fact]
    public async Task A_replica_that_stops_says_so_to_its_readers()
    {
        var client = await ClientAsync();
        await using var reader = await SseClient.OpenAsync(client, "symbols=A");
        await reader.UntilHeartbeatAsync();

        await House.Gateway.StopAsync();

        var end = (await reader.NextAsync())!;
        (end.Name, (string?)JsonNode.Parse(end.Data)!["reason"], (bool?)JsonNode.Parse(end.Data)!["retry"]).Should().Be(("end", "shutdown", true));
        (await reader.NextAsync()).Should().BeNull();
    }

    [Fact]
    public async Task A_token_has_so_many_streams_and_gets_one_back_when_one_ends()
    {
        var client = await ClientAsync();
        var readers = new List<SseClient>();
        for (var i = 0; i < 3; i++)
            readers.Add(await SseClient.OpenAsync(client, "symbols=A"));

        using var refused = await client.GetAsync("/api/v1/stream?symbols=A");
        await refused.ShouldBeProblemAsync(429, "too_many_streams");
        refused.Headers.RetryAfter.Should().NotBeNull();
        await using (await SseClient.OpenAsync(await ClientAsync(), "symbols=A"))
        {
        }

        await readers[0].DisposeAsync();
        await Eventually.PassAsync(async () => readers[0] = await SseClient.OpenAsync(client, "symbols=A"));
        foreach (var reader in readers)
            await reader.DisposeAsync();
    }

    [Fact]
    public async Task What_cannot_be_followed_is_refused_as_everywhere()
    {
        var client = await ClientAsync();
        await client.GetAsync("/api/v1/stream?symbols=A&lastEventId=12").ShouldBeProblemAsync(400, "bad_last_event_id");
        await client.GetAsync("/api/v1/stream?symbols=NOPE").ShouldBeProblemAsync(404, "unknown_symbol");
        await House.Anonymous.GetAsync("/api/v1/stream?symbols=A").ShouldBeProblemAsync(401);
        using var json = new HttpRequestMessage(HttpMethod.Get, "/api/v1/stream?symbols=A");
        json.Headers.Accept.ParseAdd("application/json");
        await client.SendAsync(json).ShouldBeProblemAsync(406, "not_acceptable");
        var writer = House.Client(await House.TokenAsync("write"));
        await writer.GetAsync("/api/v1/stream?symbols=A").ShouldBeProblemAsync(403, "missing_scope");
    }

    private async Task<HttpClient> ClientAsync()
    {
        House.Query.Answer = _log.AnswerAsync;
        return House.Client(await House.TokenAsync("read"));
    }

    private static double Close(SseEvent item) => (double)JsonNode.Parse(item.Data)!["close"]!;
}
