using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using StocksDapr.Gateway.House;
using StocksDapr.Support;

namespace StocksDapr.Gateway.Streams;

/// <summary>Readers as they are: many, in a hurry, or asleep.</summary>
public sealed class StreamReadersTests : GatewayTest
{
    private const int Open = 50;

    private readonly FakeStreamLog _log = new();

    protected override string[] Settings => [$"--Stream:StreamsPerToken={Open}", $"--Stream:Streams={Open}", "--Stream:HeartbeatEvery=00:00:01", "--Stream:StalledAfter=00:00:01"];

    private StreamFollower Follower => House.Gateway.Services.GetRequiredService<StreamFollower>();

    [Fact]
    public async Task A_thousand_readers_that_come_and_go_leave_nothing_behind()
    {
        const int Readers = 1_000, AtOnce = 20;
        House.Query.Answer = _log.AnswerAsync;
        var token = await House.TokenAsync("read");

        await Parallel.ForEachAsync(Enumerable.Range(0, Readers), new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (number, cancellationToken) =>
        {
            // Some go at once, some when they have heard something; all of them without a word.
            using var connection = new TcpClient();
            await connection.ConnectAsync(House.Address.Host, House.Address.Port, cancellationToken);
            connection.LingerState = new LingerOption(number % 2 == 0, 0);
            var request = $"GET /api/v1/stream?symbols=A&interval=1min HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n";
            await connection.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request), cancellationToken);
            if (number % 3 != 0)
                await connection.GetStream().ReadAtLeastAsync(new byte[64], 1, throwOnEndOfStream: false, cancellationToken);
        });

        await Eventually.BeTrueAsync(() => Follower.Readers == 0, TimeSpan.FromMinutes(1));
        var client = House.Client(token);
        var readers = await Task.WhenAll(Enumerable.Range(0, Open).Select(_ => SseClient.OpenAsync(client, "symbols=A&interval=1min")));
        Follower.Readers.Should().Be(Open, "every place was given back");
        foreach (var reader in readers)
            await reader.DisposeAsync();
    }

    [Fact]
    public async Task A_reader_that_takes_nothing_is_cut_off_and_holds_nobody_up()
    {
        const int Rounds = 12, Events = 500;
        House.Query.Answer = _log.AnswerAsync;
        var client = House.Client(await House.TokenAsync("read"));
        await using var asleep = await SseClient.OpenAsync(client, "symbols=A&interval=1min");
        await using var awake = await SseClient.OpenAsync(client, "symbols=A&interval=1min");
        await awake.UntilHeartbeatAsync();
        _log.Padding = new string('x', 4_000);

        for (var round = 0; round < Rounds; round++)
        {
            for (var i = 0; i < Events; i++)
                _log.Store("A", i, start: (round * Events) + i);
            for (var i = 0; i < Events; i++)
                (await awake.NextAsync())!.Name.Should().Be("bar");
        }

        await Eventually.BeTrueAsync(() => Follower.Readers == 1);
        var last = _log.Store("A", 1, start: -1);
        (await awake.NextAsync())!.Id.Should().Be($"{_log.Epoch}-{last}");
    }

    [Fact]
    public async Task An_answer_is_made_for_reading_while_it_is_written()
    {
        House.Query.Answer = _log.AnswerAsync;
        var client = House.Client(await House.TokenAsync("read"));
        client.DefaultRequestHeaders.AcceptEncoding.ParseAdd("gzip, br");
        using var answer = await client.GetAsync("/api/v1/stream?symbols=A&interval=1min", HttpCompletionOption.ResponseHeadersRead);

        answer.Headers.CacheControl!.NoStore.Should().BeTrue();
        answer.Headers.GetValues("X-Accel-Buffering").Should().Equal("no");
        answer.Content.Headers.ContentEncoding.Should().BeEmpty();
        answer.Content.Headers.ContentLength.Should().BeNull();
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
        (await reader.ReadLineAsync()).Should().Be("retry: 2000");
        for (var heartbeats = 0; heartbeats < 2;)
            heartbeats += await reader.ReadLineAsync() == "event: heartbeat" ? 1 : 0;
    }

    [Theory]
    [InlineData("12")]
    [InlineData("-1")]
    [InlineData("0a1b2c3d")]
    [InlineData("0a1b2c3d-")]
    [InlineData("0a1b2c3d--1")]
    [InlineData("0a1b2c3d-1e3")]
    [InlineData("0a1b2c3d-99999999999999999999")]
    [InlineData("0A1B2C3D-1")]
    [InlineData("0a1b2c3d0a1b2c3d0-1")]
    [InlineData("0a1b2c3d-1, 0a1b2c3d-2")]
    [InlineData("../../etc/passwd-1")]
    public async Task An_id_that_is_none_of_ours_is_refused_with_an_example(string id)
    {
        House.Query.Answer = _log.AnswerAsync;
        var client = House.Client(await House.TokenAsync("read"));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/stream?symbols=A");
        request.Headers.TryAddWithoutValidation("Last-Event-ID", id);

        var problem = await client.SendAsync(request).ShouldBeProblemAsync(400, "bad_last_event_id");

        problem["valid"]!["lastEventId"]!.GetValue<string>().Should().Be(StreamPosition.Example);
    }
}
