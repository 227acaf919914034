using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using StocksDapr.Query.Tests.Support;
using StocksDapr.Support;

namespace StocksDapr.Query.Tests.OptionChains;

public sealed class OptionsTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>, IAsyncLifetime
{
    private const string First = "2026-11-20T16:30:00Z";
    private const string Second = "2026-11-20T17:00:00Z";

    private TestMarket _market = null!;
    private TestQuery _query = null!;

    public async Task InitializeAsync()
    {
        _market = await TestMarket.CreateAsync(postgres);
        await _market.AddSymbolAsync("AAPL");
        await _market.AddSymbolAsync("NONE");
        await _market.ExecuteAsync("INSERT INTO market.sources (name) VALUES ('vendor')");
        await _market.ExecuteAsync("SELECT market.create_option_partition('2026-11-01')");
        foreach (var at in (string[])[First, Second])
        {
            await _market.ExecuteAsync(
                """
                INSERT INTO market.option_snapshots (symbol_id, quoted_at, source_id, underlying_price, spot, fetched_at, recorded_at)
                SELECT y.id, $1::timestamptz, s.id, 201, 201, $1::timestamptz, $1::timestamptz + interval '1 minute' FROM market.symbols y, market.sources s WHERE y.symbol = 'AAPL'
                """, at);
            foreach (var expiry in (string[])["2026-12-18", "2027-01-15"])
            {
                foreach (var strike in (int[])[190, 195, 200, 205, 210])
                {
                    await AddAsync(at, expiry, strike, "C", strike == 210 ? null : (210 - strike) + 1, volume: 100);
                    await AddAsync(at, expiry, strike, "P", (strike - 190) + 1, volume: strike == 195 ? null : 40);
                }
            }
        }

        _query = await TestQuery.StartAsync(_market);
    }

    public async Task DisposeAsync()
    {
        await _query.DisposeAsync();
        await _market.DisposeAsync();
    }

    [Fact]
    public async Task The_latest_chain_comes_in_order_with_what_is_missing_as_null()
    {
        var chain = await _query.GetAsync("/options/aapl");

        chain["quotedAt"]!.GetValue<string>().Should().StartWith("2026-11-20T17:00:00");
        (chain["spot"]!.GetValue<double>(), chain["source"]!.GetValue<string>()).Should().Be((201, "vendor"));
        chain["ageSeconds"]!.GetValue<double>().Should().BeGreaterThanOrEqualTo(0);
        Contracts(chain).Should().HaveCount(20).And.StartWith(["AAPL261218C00190000", "AAPL261218P00190000", "AAPL261218C00195000"]).And.EndWith("AAPL270115P00210000");
        var first = chain["contracts"]![0]!;
        (first["bid"]!.GetValue<double>(), first["ask"]!.GetValue<double>(), first["mid"]!.GetValue<double>()).Should().Be((21, 21.2, 21.1));
        (first["impliedVolatility"]!.GetValue<double>(), first["vendorImpliedVolatility"]!.GetValue<double>(), first["delta"]!.GetValue<double>()).Should().Be((0.25, 0.26, 0.5));
        first["lastTradeAgeSeconds"]!.GetValue<double>().Should().Be(300);
        var unquoted = chain["contracts"]!.AsArray().Single(contract => contract!["contract"]!.GetValue<string>() == "AAPL261218C00210000")!.AsObject();
        foreach (var missing in (string[])["bid", "mid", "impliedVolatility", "delta", "rho"])
        {
            unquoted.ContainsKey(missing).Should().BeTrue(missing);
            unquoted[missing].Should().BeNull(missing);
        }

        var untold = chain["contracts"]!.AsArray().Single(contract => contract!["contract"]!.GetValue<string>() == "AAPL261218P00195000")!;
        untold["volume"].Should().BeNull("nobody said that nothing was traded");
    }

    [Theory]
    [InlineData("expiry=2026-12-18", 10)]
    [InlineData("expiry=2026-12-18,2027-01-15", 20)]
    [InlineData("expiry=2030-01-18", 0)]
    [InlineData("type=put", 10)]
    [InlineData("strikes=195..205", 12)]
    [InlineData("strikes=205..", 8)]
    [InlineData("strikes=..190", 4)]
    [InlineData("strikes=%C2%B11", 8)]
    [InlineData("strikes=+-1", 8)]
    [InlineData("strikes=1&type=call&expiry=2027-01-15", 2)]
    public async Task Filters_leave_what_was_asked_for(string filter, int count) =>
        Contracts(await _query.GetAsync("/options/AAPL?" + filter)).Should().HaveCount(count);

    [Fact]
    public async Task Strikes_around_the_money_are_those_on_either_side_of_the_spot() =>
        (await _query.GetAsync("/options/AAPL?strikes=1&expiry=2026-12-18"))["contracts"]!.AsArray().Select(contract => contract!["strike"]!.GetValue<double>()).Distinct()
            .Should().Equal(200, 205);

    [Fact]
    public async Task Each_expiry_has_its_own_money_its_own_move_and_its_own_ratios()
    {
        await AddAsync(Second, "2027-02-19", 202, "C", 8, volume: null);
        await AddAsync(Second, "2027-02-19", 202, "P", 9, volume: 7);
        await AddAsync(Second, "2027-03-19", 202, "C", 8, volume: 0);
        await AddAsync(Second, "2027-03-19", 202, "P", 9, volume: 7);

        var expiries = (await _query.GetAsync("/options/AAPL/expiries"))["expiries"]!.AsArray();

        expiries.Select(expiry => expiry!["atTheMoney"]!.GetValue<double>()).Should().Equal(200, 200, 202, 202);
        expiries.Select(expiry => expiry!["impliedMove"]!["straddle"]!.GetValue<double>()).Should().Equal(22.2, 22.2, 17.2, 17.2);
        var (untold, none) = (expiries[2]!["putCall"]!, expiries[3]!["putCall"]!);
        (untold["callVolume"], untold["putVolume"]!.GetValue<long>(), untold["byVolume"]).Should().Be((null, 7, null), "nobody said how many calls were traded");
        (none["callVolume"]!.GetValue<long>(), none["byVolume"]).Should().Be((0, null), "no number of puts for each call when there is no call");
        (await _query.GetAsync("/options/AAPL?strikes=1&type=put&expiry=2026-12-18,2027-02-19"))["contracts"]!.AsArray().Select(contract => contract!["strike"]!.GetValue<double>())
            .Should().Equal(200, 205, 202);
    }

    [Fact]
    public async Task Pages_are_of_one_instant_and_make_the_whole()
    {
        var (whole, paged, next) = (Contracts(await _query.GetAsync("/options/AAPL?type=call")), new List<string>(), "");
        do
        {
            var page = await _query.GetAsync($"/options/AAPL?type=call&limit=3{next}");
            paged.AddRange(Contracts(page));
            next = page["next"] is { } cursor ? $"&cursor={cursor.GetValue<string>()}" : "";

            // What comes in between is of the next question.
            if (next.Length > 0)
                await SnapshotAsync("2026-11-20T17:30:00Z");
        }
        while (next.Length > 0);

        paged.Should().Equal(whole).And.OnlyContain(contract => contract[10] == 'C');
        (await _query.GetAsync("/options/AAPL?type=call&limit=10&asOf=2026-11-20T17:10:00Z"))["next"].Should().BeNull("that was all");
        (await _query.GetProblemAsync($"/options/AAPL?type=put&limit=3&cursor={(await _query.GetAsync("/options/AAPL?type=call&limit=3&asOf=2026-11-20T17:10:00Z"))["next"]}", 400))["code"]!
            .GetValue<string>().Should().Be("bad_cursor");
    }

    [Fact]
    public async Task As_of_answers_what_was_known_then()
    {
        await ReviseAsync(Second, "AAPL261218C00200000", bid: 99, at: "2026-11-20T18:00:00Z");
        await SnapshotAsync("2026-11-20T18:30:00Z", recordedAt: "2026-11-20T18:10:00Z");

        double Bid(JsonNode chain) => chain["contracts"]![0]!["bid"]!.GetValue<double>();
        const string One = "/options/AAPL?expiry=2026-12-18&type=call&strikes=200..200";
        var revised = await _query.GetAsync(One + "&asOf=2026-11-20T18:29:59Z");
        Bid(revised).Should().Be(99, "what claims to be of later was not known as that");
        revised["contracts"]![0]!["mid"].Should().BeNull("the quote is crossed");
        Bid(await _query.GetAsync(One + "&asOf=2026-11-20T17:59:59Z")).Should().Be(11);
        Bid(await _query.GetAsync(One + "&asOf=2026-11-20T18:00:00Z")).Should().Be(99);
        var earlier = await _query.GetAsync(One + "&asOf=2026-11-20T17:00:59Z");
        earlier["quotedAt"]!.GetValue<string>().Should().StartWith("2026-11-20T16:30:00", "the later chain had been quoted but was not stored yet");
        earlier["ageSeconds"]!.GetValue<double>().Should().Be(1_859);
        (await _query.GetProblemAsync(One + "&asOf=2026-11-20T16:00:00Z", 404))["code"]!.GetValue<string>().Should().Be("no_options");
    }

    [Fact]
    public async Task Expiries_say_the_implied_move_and_the_put_call_ratios()
    {
        var answer = await _query.GetAsync("/options/AAPL/expiries");

        var first = answer["expiries"]![0]!;
        answer["expiries"]!.AsArray().Should().HaveCount(2);
        first["expiry"]!.GetValue<string>().Should().Be("2026-12-18");
        first["expiresAt"]!.GetValue<string>().Should().StartWith("2026-12-18T21:00:00");
        first["days"]!.GetValue<double>().Should().BeApproximately(28.1667, 0.0001);
        (first["contracts"]!.GetValue<int>(), first["atTheMoney"]!.GetValue<double>(), first["impliedVolatility"]!.GetValue<double>()).Should().Be((10, 200, 0.25));

        // 11.1 for the call and 11.1 for the put on a spot of 201; one deviation is 0.25 times the root of 28.17 days.
        first["impliedMove"]!["straddle"]!.GetValue<double>().Should().Be(22.2);
        first["impliedMove"]!["straddleShare"]!.GetValue<double>().Should().BeApproximately(22.2 / 201, 1e-6);
        first["impliedMove"]!["volatilityShare"]!.GetValue<double>().Should().BeApproximately(0.25 * Math.Sqrt(28.1667 / 365), 1e-4);
        first["putCall"]!["byVolume"]!.GetValue<double>().Should().Be(4 * 40.0 / 500);
        answer["all"]!["putOpenInterest"]!.GetValue<long>().Should().Be(10_000);
    }

    [Fact]
    public async Task The_history_of_a_contract_is_ascending_in_pages_and_below_its_underlying_too()
    {
        var history = await _query.GetAsync("/options/contracts/AAPL261218C00200000/history");

        (history["symbol"]!.GetValue<string>(), history["type"]!.GetValue<string>(), history["strike"]!.GetValue<double>()).Should().Be(("AAPL", "call", 200));
        history["quotes"]!.AsArray().Select(quote => quote!["quotedAt"]!.GetValue<string>()[..16]).Should().Equal("2026-11-20T16:30", "2026-11-20T17:00");
        var page = await _query.GetAsync("/options/AAPL/contracts/AAPL261218C00200000/history?limit=1");
        var rest = await _query.GetAsync($"/options/contracts/AAPL261218C00200000/history?limit=1&cursor={page["next"]}");
        (page["quotes"]![0]!["quotedAt"]!.ToString()[..16], rest["quotes"]![0]!["quotedAt"]!.ToString()[..16], rest["next"]).Should().Be(("2026-11-20T16:30", "2026-11-20T17:00", null));
        (await _query.GetAsync("/options/contracts/AAPL261218C00200000/history?from=2026-11-20T16:31:00Z"))["quotes"]!.AsArray().Should().ContainSingle();
        (await _query.GetAsync($"/options/contracts/AAPL261218C00200000/history?from={First}&to={Second}"))["quotes"]!.AsArray().Should().HaveCount(2, "both ends are part of it");
        (await _query.GetAsync($"/options/contracts/AAPL261218C00200000/history?to={First}"))["quotes"]!.AsArray().Should().ContainSingle();
        (await _query.GetAsync("/options/contracts/AAPL261218C00200000/history?asOf=2026-11-20T16:59:00Z"))["quotes"]!.AsArray().Should().ContainSingle();
        (await _query.GetProblemAsync("/options/NONE/contracts/AAPL261218C00200000/history", 404))["code"]!.GetValue<string>().Should().Be("unknown_contract");
    }

    [Theory]
    [InlineData("/options/NOSUCH", 404, "unknown_symbol")]
    [InlineData("/options/NONE", 404, "no_options")]
    [InlineData("/options/NONE/expiries", 404, "no_options")]
    [InlineData("/options/a%20b", 400, "bad_symbol")]
    [InlineData("/options/AAPL?expiry=18.12.2026", 400, "bad_expiry")]
    [InlineData("/options/AAPL?type=straddle", 400, "bad_type")]
    [InlineData("/options/AAPL?strikes=250..200", 400, "bad_strikes")]
    [InlineData("/options/AAPL?strikes=..", 400, "bad_strikes")]
    [InlineData("/options/AAPL?strikes=0", 400, "bad_strikes")]
    [InlineData("/options/AAPL?strikes=-1", 400, "bad_strikes")]
    [InlineData("/options/AAPL?strikes=1..2..3", 400, "bad_strikes")]
    [InlineData("/options/AAPL?asOf=2026-11-20", 400, "bad_as_of")]
    [InlineData("/options/AAPL?limit=0", 400, "bad_limit")]
    [InlineData("/options/AAPL?limit=10001", 400, "bad_limit")]
    [InlineData("/options/contracts/AAPL261218C00200000/history?limit=10001", 400, "bad_limit")]
    [InlineData("/options/AAPL?strikes=1001", 400, "bad_strikes")]
    [InlineData("/options/AAPL?cursor=abc", 400, "bad_cursor")]
    [InlineData("/options/AAPL?expire=2026-12-18", 400, "unknown_parameter")]
    [InlineData("/options/contracts/AAPL/history", 400, "bad_contract")]
    [InlineData("/options/contracts/MSFT261218C00200000/history", 404, "unknown_contract")]
    public async Task What_cannot_be_answered_is_said_precisely(string path, int status, string code) =>
        (await _query.GetProblemAsync(path, status))["code"]!.GetValue<string>().Should().Be(code);

    [Fact]
    public async Task More_expiries_than_a_chain_has_are_not_asked_for()
    {
        string Path(int count) => "/options/AAPL?expiry=" + string.Join(',', Enumerable.Repeat("2026-12-18", count));

        Contracts(await _query.GetAsync(Path(100))).Should().HaveCount(10);
        (await _query.GetProblemAsync(Path(101), 400))["code"]!.GetValue<string>().Should().Be("bad_expiry");
    }

    [Fact]
    public async Task Csv_has_the_same_values_and_a_tag_spares_sending_them_again()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/options/AAPL?expiry=2026-12-18&strikes=210..210");
        request.Headers.Add("Accept", "text/csv");
        using var answer = await _query.Client.SendAsync(request);
        var lines = (await answer.Content.ReadAsStringAsync()).Split("\r\n");

        lines[0].Should().StartWith("contract,type,expiry,strike,bid,ask,mid,last,");
        lines[1].Should().Be("AAPL261218C00210000,call,2026-12-18,210,,1.2,,5.5,2026-11-20T16:55:00Z,100,1000,,,,,,,0.26,2026-11-20T17:00:00Z,vendor");
        lines.Should().HaveCount(4);

        (await AgainAsync()).Should().Be(HttpStatusCode.NotModified);
        await ReviseAsync(Second, "AAPL261218P00210000", bid: 20, at: "2026-11-20T18:00:00Z");
        (await AgainAsync()).Should().Be(HttpStatusCode.OK, "something else is to be said");
        Contracts(await _query.GetAsync("/options/AAPL?expiry=2026-12-18&strikes=210..210")).Should().HaveCount(2, "what a quote was before is not there beside it");

        async Task<HttpStatusCode> AgainAsync()
        {
            using var again = new HttpRequestMessage(HttpMethod.Get, "/options/AAPL?expiry=2026-12-18&strikes=210..210");
            again.Headers.Add("Accept", "text/csv");
            again.Headers.TryAddWithoutValidation("If-None-Match", answer.Headers.ETag!.ToString());
            using var said = await _query.Client.SendAsync(again);
            return said.StatusCode;
        }
    }

    private static List<string> Contracts(JsonNode chain) => [.. chain["contracts"]!.AsArray().Select(contract => contract!["contract"]!.GetValue<string>())];

    private Task SnapshotAsync(string at, string? recordedAt = null) => _market.ExecuteAsync(
        """
        INSERT INTO market.option_snapshots (symbol_id, quoted_at, source_id, fetched_at, recorded_at)
        SELECT y.id, $1::timestamptz, s.id, $1::timestamptz, $2::timestamptz FROM market.symbols y, market.sources s WHERE y.symbol = 'AAPL' ON CONFLICT DO NOTHING
        """, at, recordedAt ?? at);

    private async Task AddAsync(string at, string expiry, int strike, string type, double? bid, int? volume)
    {
        var contract = string.Create(CultureInfo.InvariantCulture, $"AAPL{expiry[2..4]}{expiry[5..7]}{expiry[8..]}{type}{strike * 1000:00000000}");
        await _market.ExecuteAsync(
            """
            INSERT INTO market.option_contracts (contract, symbol_id, expiry, strike, is_call)
            SELECT $1, id, $2::date, $3, $4 FROM market.symbols WHERE symbol = 'AAPL' ON CONFLICT DO NOTHING
            """, contract, DateOnly.Parse(expiry, CultureInfo.InvariantCulture), (double)strike, type == "C");
        await _market.ExecuteAsync(
            """
            INSERT INTO market.option_quotes (symbol_id, quoted_at, contract_id, source_id, bid, ask, last, last_trade_at, volume, open_interest, vendor_volatility,
                volatility, delta, gamma, vega, theta, rho, fetched_at, recorded_at)
            SELECT c.symbol_id, $1::timestamptz, c.id, s.id, $3::float8, coalesce($3::float8, 1) + 0.2, 5.5, $1::timestamptz - interval '5 minutes', $4::bigint, 1000, 0.26,
                CASE WHEN $3::float8 IS NULL THEN NULL ELSE 0.25 END, CASE WHEN $3::float8 IS NULL THEN NULL ELSE 0.5 END, NULL, NULL, NULL, NULL,
                $1::timestamptz, $1::timestamptz + interval '1 minute'
            FROM market.option_contracts c, market.sources s WHERE c.contract = $2
            """, at, contract, bid, volume);
    }

    private async Task ReviseAsync(string quotedAt, string contract, double bid, string at)
    {
        await _market.ExecuteAsync(
            """
            INSERT INTO market.option_quote_revisions
            SELECT q.*, $3::timestamptz FROM market.option_quotes q JOIN market.option_contracts c ON c.id = q.contract_id WHERE q.quoted_at = $1::timestamptz AND c.contract = $2
            """, quotedAt, contract, at);
        await _market.ExecuteAsync(
            """
            UPDATE market.option_quotes SET bid = $3, recorded_at = $4::timestamptz
            WHERE quoted_at = $1::timestamptz AND contract_id = (SELECT id FROM market.option_contracts WHERE contract = $2)
            """, quotedAt, contract, bid, at);
    }
}
