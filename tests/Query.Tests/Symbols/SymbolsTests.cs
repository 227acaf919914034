using System.Text.Json.Nodes;
using StocksDapr.Market;
using StocksDapr.Query.Tests.Support;
using StocksDapr.Support;

namespace StocksDapr.Query.Tests.Symbols;

public sealed class SymbolsTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>, IAsyncLifetime
{
    private TestMarket _market = null!;
    private TestQuery _query = null!;

    public async Task InitializeAsync()
    {
        _market = await TestMarket.CreateAsync(postgres);
        await _market.AddSymbolAsync("AAPL", "Apple Inc.", "Apple Computer");
        await _market.AddSymbolAsync("AAP", "Advance Auto Parts");
        await _market.AddSymbolAsync("MSFT", "Microsoft Corporation");
        await _market.AddSymbolAsync("GOOG", "Alphabet Inc.", "Google");
        await _market.AddSymbolAsync("META", "Meta Platforms", "Facebook");
        await _market.AddSymbolAsync("A_B", "100% Underscore");
        await _market.AddSymbolAsync("BRK/B", "Berkshire Hathaway");
        _query = await TestQuery.StartAsync(_market);
    }

    public async Task DisposeAsync()
    {
        await _query.DisposeAsync();
        await _market.DisposeAsync();
    }

    [Theory]
    [InlineData("aap", "AAP")]
    [InlineData("AAPL", "AAPL")]
    [InlineData("aa", "AAP")]
    [InlineData("google", "GOOG")]
    [InlineData("gogle", "GOOG")]
    [InlineData("facebok", "META")]
    [InlineData("mircosoft", "MSFT")]
    [InlineData("aplpe", "AAPL")]
    [InlineData("hathaway", "BRK/B")]
    [InlineData("100%", "A_B")]
    public async Task What_is_meant_is_found_first(string typed, string symbol) =>
        Symbols(await _query.GetAsync($"/symbols?search={Uri.EscapeDataString(typed)}"))[0].Should().Be(symbol);

    [Fact]
    public async Task Exact_goes_before_prefix_before_alias_before_alike()
    {
        await _market.AddSymbolAsync("META1", "One");
        await _market.AddSymbolAsync("XX", "Two", "meta");
        await _market.AddSymbolAsync("YY", "Three metal");
        await _market.AddSymbolAsync("ZZ", "Mety");

        Symbols(await _query.GetAsync("/symbols?search=meta")).Should().Equal("META", "META1", "XX", "YY", "ZZ");
    }

    [Theory]
    [InlineData("_", "A_B")]
    [InlineData("%", "A_B")]
    public async Task Wildcards_are_ordinary_characters(string typed, string symbol) =>
        Symbols(await _query.GetAsync($"/symbols?search={Uri.EscapeDataString(typed)}")).Should().Equal(symbol);

    [Theory]
    [InlineData("/symbols")]
    [InlineData("/symbols?search=a")]
    public async Task Pages_join_without_gap_or_overlap(string path)
    {
        var all = Symbols(await _query.GetAsync(path));
        var paged = new List<string>();
        string? cursor = null;
        do
        {
            var page = await _query.GetAsync($"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}limit=2{(cursor is null ? "" : $"&cursor={cursor}")}");
            paged.AddRange(Symbols(page));
            cursor = page["next"]?.GetValue<string>();
        }
        while (cursor is not null);

        all.Count.Should().BeGreaterThan(2);
        paged.Should().Equal(all);
    }

    [Fact]
    public async Task A_symbol_tells_its_series_and_corporate_actions()
    {
        await _market.StoreAsync("AAPL", Interval.OneDay, Sample.Days(Sample.Day(2014, 6, 6), 3));
        await _market.StoreAsync("AAPL", Interval.OneHour, Sample.Series(new DateTimeOffset(2014, 6, 6, 13, 30, 0, TimeSpan.Zero), TimeSpan.FromHours(1), 2));
        await _market.ExecuteAsync("""
            INSERT INTO market.corporate_actions (symbol_id, kind, ex_date, value, source_id, fetched_at, recorded_at)
            SELECT y.id, 'split', DATE '2014-06-09', 7, s.id, now(), now() FROM market.symbols AS y, market.sources AS s WHERE y.symbol = 'AAPL'
            """);

        var detail = await _query.GetAsync("/symbols/aapl");

        detail["name"]!.GetValue<string>().Should().Be("Apple Inc.");
        detail["corporateActions"]!.ToJsonString().Should().Be("""[{"kind":"split","exDate":"2014-06-09","value":7,"source":"test"}]""");
        var series = """[{"symbol":"AAPL","interval":"1h","first":"2014-06-06T13:30:00Z","last":"2014-06-06T14:30:00Z","bars":2},{"symbol":"AAPL","interval":"1d","first":"2014-06-06","last":"2014-06-08","bars":3}]""";
        detail["series"]!.ToJsonString().Should().Be(series);
        (await _query.GetAsync("/series"))["series"]!.ToJsonString().Should().Be(series);
        (await _query.GetAsync("/series?symbols=MSFT,XYZ"))["series"]!.AsArray().Should().BeEmpty();
        (await _query.GetAsync("/series?interval=1d"))["series"]!.AsArray().Should().ContainSingle();
        (await _query.GetAsync("/symbols/BRK%2FB"))["symbol"]!.GetValue<string>().Should().Be("BRK/B");
    }

    [Theory]
    [InlineData("/symbols?search=", "bad_search")]
    [InlineData("/symbols?search=%00", "bad_search")]
    [InlineData("/symbols?limit=1001", "bad_limit")]
    [InlineData("/symbols?cursor=AAPL", "bad_cursor")]
    [InlineData("/symbols?cursor=%25%25", "bad_cursor")]
    [InlineData("/symbols?q=a", "unknown_parameter")]
    [InlineData("/symbols/a%20b", "bad_symbol")]
    [InlineData("/symbols/AAPL?x=1", "unknown_parameter")]
    [InlineData("/series?symbols=a%20b", "bad_symbol")]
    [InlineData("/series?interval=2d", "bad_interval")]
    [InlineData("/status?x=1", "unknown_parameter")]
    public async Task A_bad_question_is_refused(string path, string code) =>
        (await _query.GetProblemAsync(path, 400))["code"]!.GetValue<string>().Should().Be(code);

    [Fact]
    public async Task An_unknown_symbol_is_not_found_but_what_is_like_it()
    {
        var problem = await _query.GetProblemAsync("/symbols/APPL", 404);
        problem["code"]!.GetValue<string>().Should().Be("unknown_symbol");
        problem["valid"]!["suggestions"]!.AsArray().Select(symbol => symbol!.GetValue<string>()).Should().Contain("AAPL");
    }

    private static List<string> Symbols(JsonNode page) => [.. page["items"]!.AsArray().Select(item => item!["symbol"]!.GetValue<string>())];
}
