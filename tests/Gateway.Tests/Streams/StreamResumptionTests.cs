using Microsoft.Extensions.DependencyInjection;
using StocksDapr.Gateway.House;
using StocksDapr.Support;

namespace StocksDapr.Gateway.Streams;

/// <summary>Coming back where positions have gone: those of forming bars, of which nothing remains.</summary>
public sealed class StreamResumptionTests : GatewayTest
{
    private readonly FakeStreamLog _log = new();

    protected override string[] Settings => ["--Stream:HeartbeatEvery=00:00:01", "--Stream:KeptEvents=16"];

    [Fact]
    public async Task A_reader_that_has_seen_more_than_the_replica_can_know_is_let_in_and_gets_what_is_new_once()
    {
        var client = await ClientAsync();
        var stored = _log.Store("A", 1);
        string? last;
        await using (var reader = await SseClient.OpenAsync(client, "symbols=A&interval=1min"))
        {
            await reader.UntilHeartbeatAsync();
            _log.Form("A", 2, start: 60);
            await reader.NextAsync();
            last = reader.LastId;
        }

        _log.LoseForming();
        var other = House.Client(client.DefaultRequestHeaders.Authorization!.Parameter, await House.AddGatewayAsync(null, Settings));

        // The replica begins where the log ends, which is before the reader's place.
        await using var begins = await SseClient.OpenAsync(other, "symbols=A&interval=1min");
        await begins.UntilHeartbeatAsync();
        begins.LastId.Should().Be($"{_log.Epoch}-{stored}");
        await using var back = await SseClient.OpenAsync(other, "symbols=A&interval=1min", last);
        (await back.UntilHeartbeatAsync()).Should().BeEmpty();
        back.LastId.Should().Be(last);
        var next = _log.Store("A", 3, start: 60);

        (await back.NextAsync())!.Id.Should().Be($"{_log.Epoch}-{next}");
        (await back.UntilHeartbeatAsync()).Should().BeEmpty();
        back.LastId.Should().Be($"{_log.Epoch}-{next}");
    }

    [Fact]
    public async Task A_reader_from_before_all_that_is_kept_is_let_in_when_everything_since_is_gone()
    {
        var client = await ClientAsync();
        var first = _log.Store("A", 1);
        await using var reader = await SseClient.OpenAsync(client, "symbols=*&interval=1min");
        await reader.UntilHeartbeatAsync();
        var last = 0L;
        for (var i = 1; i <= 40; i++)
            last = _log.Form("A", i, start: i * 60);
        var hub = House.Gateway.Services.GetRequiredService<StreamHub>();
        await Eventually.BeTrueAsync(() => hub.Position!.Value.Number == last);
        _log.LoseForming();
        var questions = _log.Questions;

        await using var back = await SseClient.OpenAsync(client, "symbols=A&interval=1min", $"{_log.Epoch}-{first}");
        await back.UntilHeartbeatAsync();

        back.LastId.Should().Be($"{_log.Epoch}-{last}");
        (_log.Questions - questions).Should().BeLessThan(20, "it is not asked again and again");
        var next = _log.Store("A", 2);
        (await back.NextAsync())!.Id.Should().Be($"{_log.Epoch}-{next}");
    }

    [Fact]
    public async Task A_range_ends_the_forming_bars_in_it_and_no_others()
    {
        var client = await ClientAsync();
        await using var reader = await SseClient.OpenAsync(client, "symbols=A&interval=1min");
        await reader.UntilHeartbeatAsync();
        _log.Form("A", 1, start: 60);
        _log.Form("A", 2, start: 120);
        _log.Form("A", 3, start: 180);
        var many = _log.StoreMany("A", start: 0, last: 120);
        while ((await reader.NextAsync())!.Id != $"{_log.Epoch}-{many}")
        {
        }

        await using var later = await SseClient.OpenAsync(client, "symbols=A&interval=1min");

        (await later.UntilHeartbeatAsync()).Should().ContainSingle().Which.Data.Should().Contain("\"close\":3");
    }

    private async Task<HttpClient> ClientAsync()
    {
        House.Query.Answer = _log.AnswerAsync;
        return House.Client(await House.TokenAsync("read"));
    }
}
