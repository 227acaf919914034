using System.Text.Json.Nodes;
using StocksDapr.Query.Tests.Support;
using StocksDapr.Support;

namespace StocksDapr.Query.Tests.Quality;

public sealed class QualityTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>, IAsyncLifetime
{
    private TestMarket _market = null!;
    private TestQuery _query = null!;

    public async Task InitializeAsync()
    {
        _market = await TestMarket.CreateAsync(postgres);
        await _market.AddSymbolAsync("AAPL");
        await _market.AddSymbolAsync("MSFT");
        await _market.ExecuteAsync("INSERT INTO market.sources (name) VALUES ('csv')");
        for (var i = 0; i < 6; i++)
        {
            await _market.ExecuteAsync(
                """
                INSERT INTO market.quarantine (symbol_id, interval_id, start, rule, detail, bar, source_id, request_id, fetched_at, recorded_at, last_fetched_at)
                SELECT y.id, 10, '2016-01-10Z'::timestamptz + $2 * interval '1 day', $3, 'Wrong.', '{"open":null,"high":"n/a","low":1.5,"close":1,"volume":0}'::jsonb,
                    s.id, 'r', now(), now(), now()
                FROM market.symbols AS y, market.sources AS s WHERE y.symbol = $1
                """,
                i % 2 == 0 ? "AAPL" : "MSFT", i, i < 4 ? "null-price" : "high-below-close");
            await _market.ExecuteAsync("INSERT INTO market.quarantine_lines (import_id, line, quarantine_id) SELECT 'i' || $1 % 3, $1 + 10, max(id) FROM market.quarantine", i);
        }

        await _market.ExecuteAsync("""
            INSERT INTO market.findings (symbol_id, interval_id, start, rule, detail, source_id, request_id, fetched_at, recorded_at)
            SELECT y.id, 3, NULL, 'out-of-order', 'Sorted.', s.id, 'r', now(), now() FROM market.symbols AS y, market.sources AS s WHERE y.symbol = 'AAPL'
            """);
        _query = await TestQuery.StartAsync(_market);
    }

    public async Task DisposeAsync()
    {
        await _query.DisposeAsync();
        await _market.DisposeAsync();
    }

    [Fact]
    public async Task A_quarantined_bar_is_shown_as_it_came_with_its_line()
    {
        var item = (await _query.GetAsync("/quality/quarantine?limit=1"))["items"]![0]!;

        item["symbol"]!.GetValue<string>().Should().Be("MSFT");
        item["t"]!.GetValue<string>().Should().Be("2016-01-15");
        item["rule"]!.GetValue<string>().Should().Be("high-below-close");
        JsonNode.DeepEquals(item["bar"], JsonNode.Parse("""{"open":null,"high":"n/a","low":1.5,"close":1,"volume":0}""")).Should().BeTrue();
        item["lines"]!.ToJsonString().Should().Be("""[{"import":"i2","line":15}]""");
        item["source"]!.GetValue<string>().Should().Be("csv");
    }

    [Fact]
    public async Task Quotes_of_options_stand_among_them_with_their_contract()
    {
        await _market.ExecuteAsync("""
            INSERT INTO market.quarantine (symbol_id, interval_id, start, rule, detail, bar, source_id, request_id, fetched_at, recorded_at, last_fetched_at, contract)
            SELECT y.id, 0, '2026-12-18Z', 'negative-value', 'Wrong.', '{"contract":"AAPL261218C00200000","bid":-1}'::jsonb, s.id, 'r', now(), now(), now(), 'AAPL261218C00200000'
            FROM market.symbols AS y, market.sources AS s WHERE y.symbol = 'AAPL'
            """);
        await _market.ExecuteAsync("""
            INSERT INTO market.findings (symbol_id, interval_id, start, rule, detail, source_id, request_id, fetched_at, recorded_at, contract)
            SELECT y.id, 0, '2026-11-20T17:30Z', 'put-call-parity', 'Odd.', s.id, 'r', now(), now(), 'AAPL261218C00200000' FROM market.symbols AS y, market.sources AS s WHERE y.symbol = 'AAPL'
            """);

        var quarantined = (await _query.GetAsync("/quality/quarantine?rule=negative-value"))["items"]![0]!;
        var finding = (await _query.GetAsync("/quality/findings?rule=put-call-parity"))["items"]![0]!;

        (quarantined["interval"], quarantined["bar"]).Should().Be((null, null));
        (quarantined["t"]!.ToString(), quarantined["contract"]!.ToString(), quarantined["quote"]!["bid"]!.GetValue<double>()).Should().Be(("2026-12-18", "AAPL261218C00200000", -1));
        (finding["t"]!.ToString(), finding["contract"]!.ToString(), finding["interval"]).Should().Be(("2026-11-20T17:30:00Z", "AAPL261218C00200000", null));
    }

    [Theory]
    [InlineData("", 6)]
    [InlineData("symbol=AAPL", 3)]
    [InlineData("symbol=XYZ", 0)]
    [InlineData("rule=null-price", 4)]
    [InlineData("rule=null-price&symbol=MSFT", 2)]
    [InlineData("import=i1", 2)]
    [InlineData("import=i9", 0)]
    [InlineData("interval=1h", 0)]
    [InlineData("from=2016-01-11&to=2016-01-12", 2)]
    [InlineData("from=2016-01-14T00:00:00Z", 2)]
    public async Task Quarantine_can_be_narrowed_and_paged(string filter, int count)
    {
        var ids = new List<long>();
        string? cursor = null;
        do
        {
            var page = await _query.GetAsync($"/quality/quarantine?limit=2&{filter}{(cursor is null ? "" : $"&cursor={cursor}")}".Replace("&&", "&", StringComparison.Ordinal).TrimEnd('&'));
            ids.AddRange(page["items"]!.AsArray().Select(item => item!["id"]!.GetValue<long>()));
            cursor = page["next"]?.GetValue<string>();
        }
        while (cursor is not null);

        ids.Should().HaveCount(count).And.OnlyHaveUniqueItems().And.BeInDescendingOrder();
    }

    [Fact]
    public async Task A_finding_may_be_about_a_whole_message()
    {
        var item = (await _query.GetAsync("/quality/findings?symbol=AAPL&rule=out-of-order&interval=15min"))["items"]!.AsArray().Single()!;

        item.AsObject().Should().NotContainKey("t");
        item["detail"]!.GetValue<string>().Should().Be("Sorted.");
        (await _query.GetAsync("/quality/findings?from=2016-01-01"))["items"]!.AsArray().Should().BeEmpty();
    }

    [Theory]
    [InlineData("/quality/quarantine?symbol=a%20b", "bad_symbol")]
    [InlineData("/quality/quarantine?rule=", "bad_rule")]
    [InlineData("/quality/quarantine?import=a%20b", "bad_import")]
    [InlineData("/quality/quarantine?from=x", "bad_from")]
    [InlineData("/quality/quarantine?from=2017-01-01&to=2016-01-01", "bad_range")]
    [InlineData("/quality/quarantine?limit=0", "bad_limit")]
    [InlineData("/quality/quarantine?cursor=x", "bad_cursor")]
    [InlineData("/quality/findings?import=i1", "unknown_parameter")]
    public async Task A_bad_question_is_refused(string path, string code) =>
        (await _query.GetProblemAsync(path, 400))["code"]!.GetValue<string>().Should().Be(code);
}
