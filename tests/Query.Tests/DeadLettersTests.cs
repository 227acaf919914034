using StocksDapr.Query.Tests.Support;
using StocksDapr.Support;

namespace StocksDapr.Query.Tests;

public sealed class DeadLettersTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>, IAsyncLifetime
{
    private TestMarket _market = null!;
    private TestQuery _query = null!;

    public async Task InitializeAsync()
    {
        _market = await TestMarket.CreateAsync(postgres);
        await _market.ExecuteAsync("""
            INSERT INTO market.dead_letters (topic, event_id, body, truncated, reason, received_at, replayed_at, replays) VALUES
                ('bars', 'e1', convert_to('{"a":1}', 'UTF8'), false, 'schema 99', '2026-01-02T10:00:00Z', NULL, 0),
                ('bars', 'e2', '\xff00'::bytea, false, NULL, '2026-01-02T11:00:00Z', '2026-01-03T00:00:00Z', 2),
                ('imports', 'e3', convert_to(repeat('x', 5000), 'UTF8'), true, NULL, '2026-01-02T12:00:00Z', NULL, 0)
            """);
        _query = await TestQuery.StartAsync(_market);
    }

    public async Task DisposeAsync()
    {
        await _query.DisposeAsync();
        await _market.DisposeAsync();
    }

    [Fact]
    public async Task A_letter_shows_where_it_came_from_why_it_is_here_and_how_it_begins()
    {
        var items = (await _query.GetAsync("/dead-letters"))["items"]!.AsArray();

        items.Select(item => (string)item!["eventId"]!).Should().Equal("e3", "e2", "e1");
        var (cut, odd, refused) = (items[0]!, items[1]!, items[2]!);
        (((bool)cut["replayable"]!), (int)cut["size"]!, ((string)cut["preview"]!).Length).Should().Be((false, 5000, 2000));
        ((string)odd["state"]!, (int)odd["replays"]!, (string)odd["preview"]!).Should().Be(("replayed", 2, "\uFFFD\0"));
        ((string)refused["topic"]!, (string)refused["reason"]!, (string)refused["state"]!, (string)refused["preview"]!).Should().Be(("bars", "schema 99", "waiting", """{"a":1}"""));
    }

    [Theory]
    [InlineData("topic=bars", "e2", "e1")]
    [InlineData("state=waiting", "e3", "e1")]
    [InlineData("state=replayed", "e2")]
    [InlineData("state=waiting&topic=bars", "e1")]
    [InlineData("topic=none")]
    public async Task Letters_can_be_narrowed_and_paged(string filter, params string[] expected)
    {
        var ids = new List<string>();
        string? cursor = null;
        do
        {
            var page = await _query.GetAsync($"/dead-letters?limit=1&{filter}{(cursor is null ? "" : $"&cursor={cursor}")}");
            ids.AddRange(page["items"]!.AsArray().Select(item => (string)item!["eventId"]!));
            cursor = (string?)page["next"];
        }
        while (cursor is not null);

        ids.Should().Equal(expected);
    }

    [Theory]
    [InlineData("topic=", "bad_topic")]
    [InlineData("state=new", "bad_state")]
    [InlineData("limit=1001", "bad_limit")]
    [InlineData("cursor=x", "bad_cursor")]
    [InlineData("id=1", "unknown_parameter")]
    public async Task A_bad_question_is_refused(string query, string code) =>
        ((string)(await _query.GetProblemAsync($"/dead-letters?{query}", 400))["code"]!).Should().Be(code);
}
