using System.Text.Json;
using StocksDapr.Contracts;
using StocksDapr.Contracts.Messages;
using StocksDapr.Market.Options;
using StocksDapr.Support;
using StocksDapr.Writer.OptionChains;
using StocksDapr.Writer.Storage;

namespace StocksDapr.Writer.Tests.OptionChains;

public sealed class OptionStoreTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>, IAsyncLifetime
{
    private const string Quotes = """
        SELECT c.contract, q.bid, q.ask, q.volume, round(q.volatility::numeric, 3), s.name
        FROM market.option_quotes q JOIN market.option_contracts c ON c.id = q.contract_id JOIN market.sources s ON s.id = q.source_id ORDER BY q.quoted_at, c.contract
        """;

    private static readonly DateTimeOffset QuotedAt = DateTimeOffset.Parse("2026-11-20T17:30:00Z");

    private MarketDatabase _market = null!;
    private OptionStore _store = null!;

    public async Task InitializeAsync()
    {
        _market = await MarketDatabase.CreateAsync(postgres);
        _store = NewStore();
    }

    public async Task DisposeAsync() => await _market.DisposeAsync();

    [Fact]
    public async Task A_chain_is_stored_value_for_value_with_what_is_missing_as_null()
    {
        await WriteAsync(Chain(0, Call(200, 5.1, 5.3), Put(200, null, 4.9) with { Valuation = null }));

        (await _market.RowsAsync(Quotes)).Should().Equal("AAPL261218C00200000|5.1|5.3|12|0.250|test", "AAPL261218P00200000||4.9|12||test");
        (await _market.RowsAsync("SELECT contract, expiry::text, is_call, strike FROM market.option_contracts ORDER BY contract"))
            .Should().Equal("AAPL261218C00200000|2026-12-18|True|200", "AAPL261218P00200000|2026-12-18|False|200");
        (await _market.RowsAsync("SELECT underlying_price, spot FROM market.option_snapshots")).Should().Equal("201.5|201.5");
        (await _market.ScalarAsync<long>("SELECT count(*) FROM market.option_quotes_2026_11")).Should().Be(2);
    }

    [Fact]
    public async Task Delivered_again_in_parts_and_in_any_order_a_chain_is_the_same()
    {
        var (first, second) = (Chain(0, Call(200, 5.1, 5.3)), Chain(0, Put(200, 4.7, 4.9), Call(210, 2.1, 2.3)));
        await WriteAsync(second);
        await WriteAsync(first, second, first);
        await NewStore().WriteAsync([first], default);

        (await _market.RowsAsync(Quotes)).Should().HaveCount(3);
        (await _market.ScalarAsync<long>("SELECT count(*) FROM market.option_snapshots")).Should().Be(1);
        (await _market.ScalarAsync<long>("SELECT count(*) FROM market.option_quote_revisions")).Should().Be(0);
        (await _market.ScalarAsync<long>("SELECT count(*) FROM market.quarantine")).Should().Be(0);
    }

    [Fact]
    public async Task The_later_fetch_wins_however_late_it_arrives_and_what_it_replaced_stays()
    {
        CleanOptionChain[] fetches = [Chain(0, Call(200, 5.1, 5.3)), Chain(10, Call(200, 5.2, 5.4)), Chain(5, Call(200, 9.9, 10.1)), Chain(20, Call(200, 5.2, 5.4)), Chain(15, Call(200, 8, 9))];
        foreach (var fetch in fetches)
            await WriteAsync(fetch);

        (await _market.RowsAsync(Quotes)).Should().Equal("AAPL261218C00200000|5.2|5.4|12|0.250|test");
        (await _market.RowsAsync("SELECT bid, superseded_at = (SELECT recorded_at FROM market.option_quotes), superseded_at > recorded_at FROM market.option_quote_revisions"))
            .Should().Equal("5.1|True|True");
    }

    [Fact]
    public async Task Whatever_value_was_said_otherwise_makes_another_quote_and_what_is_computed_makes_none()
    {
        Func<RawOptionQuote, RawOptionQuote>[] changes =
        [
            quote => quote with { Bid = 5.2 }, quote => quote with { Bid = null }, quote => quote with { Ask = 5.4 }, quote => quote with { Last = 5.1 },
            quote => quote with { LastTradeAt = QuotedAt }, quote => quote with { Volume = 13 }, quote => quote with { OpenInterest = null }, quote => quote with { ImpliedVolatility = 0.27 },
        ];
        var quotes = Enumerable.Range(0, changes.Length + 1).Select(number => Call(200 + number, 5.1, 5.3)).ToList();
        var computed = new OptionValuation(0.26, 0.6, 0.02, 0.3, -0.07, 0.2);

        await WriteAsync(Chain(0, [.. quotes]));
        await WriteAsync(Chain(10, [.. quotes.Select((quote, number) => new CleanOptionQuote(number < changes.Length ? changes[number](quote.Quote) : quote.Quote, computed))]));

        (await _market.RowsAsync("SELECT c.strike FROM market.option_quote_revisions r JOIN market.option_contracts c ON c.id = r.contract_id ORDER BY c.strike"))
            .Should().Equal(Enumerable.Range(200, changes.Length).Select(strike => $"{strike}"));
        const string Values = "round(volatility::numeric, 2), round(delta::numeric, 2), round(gamma::numeric, 2), round(vega::numeric, 2), round(theta::numeric, 2), round(rho::numeric, 2)";
        (await _market.RowsAsync($"SELECT DISTINCT {Values} FROM market.option_quote_revisions")).Should().Equal("0.25|0.50|0.01|0.20|-0.05|0.10");
        (await _market.RowsAsync($"SELECT {Values}, bid, ask, last, last_trade_at = quoted_at, volume, open_interest, vendor_volatility FROM market.option_quotes q JOIN market.option_contracts c ON c.id = q.contract_id ORDER BY strike"))
            .Should().Equal(
                "0.26|0.60|0.02|0.30|-0.07|0.20|5.2|5.3|5.2|False|12|345|0.26",
                "0.26|0.60|0.02|0.30|-0.07|0.20||5.3|5.2|False|12|345|0.26",
                "0.26|0.60|0.02|0.30|-0.07|0.20|5.1|5.4|5.2|False|12|345|0.26",
                "0.26|0.60|0.02|0.30|-0.07|0.20|5.1|5.3|5.1|False|12|345|0.26",
                "0.26|0.60|0.02|0.30|-0.07|0.20|5.1|5.3|5.2|True|12|345|0.26",
                "0.26|0.60|0.02|0.30|-0.07|0.20|5.1|5.3|5.2|False|13|345|0.26",
                "0.26|0.60|0.02|0.30|-0.07|0.20|5.1|5.3|5.2|False|12||0.26",
                "0.26|0.60|0.02|0.30|-0.07|0.20|5.1|5.3|5.2|False|12|345|0.27",
                "0.25|0.50|0.01|0.20|-0.05|0.10|5.1|5.3|5.2|False|12|345|0.26");
    }

    [Fact]
    public async Task Of_one_fetch_that_says_two_things_the_first_stays_and_the_second_is_in_quarantine()
    {
        await WriteAsync(Chain(0, Call(200, 5.1, 5.3)), Chain(0, Call(200, 6, 7)), Chain(0, Call(200, 6, 7)));

        (await _market.RowsAsync(Quotes)).Should().Equal("AAPL261218C00200000|5.1|5.3|12|0.250|test");
        (await _market.RowsAsync("SELECT rule, contract, interval_id, bar->>'bid' FROM market.quarantine")).Should().Equal("conflicting-duplicate|AAPL261218C00200000|0|6");
    }

    [Fact]
    public async Task Two_writers_of_the_same_chain_store_it_once()
    {
        var chain = Chain(0, [.. Enumerable.Range(0, 200).Select(i => Call(100 + i, 5.1, 5.3))]);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => NewStore().WriteAsync([chain], default)));

        (await _market.ScalarAsync<long>("SELECT count(*) FROM market.option_quotes")).Should().Be(200);
        (await _market.ScalarAsync<long>("SELECT count(*) FROM market.option_contracts")).Should().Be(200);
    }

    [Fact]
    public async Task Months_that_are_too_old_go_as_a_whole_with_contracts_that_nothing_is_left_of()
    {
        await WriteAsync(
            Chain(0, Quote(OptionType.Call, new DateOnly(2026, 1, 16), 200, 1, 2), Call(200, 5.1, 5.3)) with { QuotedAt = DateTimeOffset.Parse("2026-01-05T17:30:00Z") },
            Chain(0, Call(200, 5.1, 5.3)));
        var pruning = new OptionPruning(_market.Database);

        (await pruning.PruneAsync(new DateOnly(2026, 1, 31), default)).Should().BeFalse("the month is not over before that day");
        (await pruning.PruneAsync(new DateOnly(2026, 2, 1), default)).Should().BeTrue();
        (await pruning.PruneAsync(new DateOnly(2026, 2, 1), default)).Should().BeFalse();

        (await _market.RowsAsync("SELECT quoted_at FROM market.option_snapshots")).Should().ContainSingle();
        (await _market.RowsAsync("SELECT contract FROM market.option_contracts")).Should().Equal("AAPL261218C00200000");
        (await _market.RowsAsync(Quotes)).Should().ContainSingle();
    }

    [Fact]
    public async Task Delivered_chains_are_stored_with_quarantine_and_findings_and_what_is_no_chain_is_dropped()
    {
        await using var writer = await RunningWriter.StartAsync(_market.ConnectionString);
        await writer.BecomesReadyAsync();
        var bad = Call(-5, double.NaN, 1).Quote with { Contract = "\0nonsense", Strike = -5, Bid = -1 };
        var chain = Chain(0, Call(200, 5.1, 5.3)) with
        {
            Quarantined = [new QuarantinedOptionQuote("negative-value", "bid -1 is negative.", bad)],
            Findings = [new OptionFinding("put-call-parity", "AAPL261218C00200000", "2026-12-18, 1 time: …")],
        };

        (await writer.DeliverAsync(Topics.Options, chain, chain, JsonDocument.Parse("{\"underlying\":\"AAPL\"}").RootElement, chain with { Version = 2 }))
            .Should().Equal("SUCCESS", "SUCCESS", "DROP", "DROP");

        (await _market.RowsAsync(Quotes)).Should().ContainSingle();
        (await _market.RowsAsync("SELECT rule, interval_id, start = '2026-12-18Z'::timestamptz, bar->>'strike' FROM market.quarantine")).Should().Equal("negative-value|0|True|-5");
        (await _market.RowsAsync("SELECT rule, interval_id, contract, start = '2026-11-20T17:30Z'::timestamptz FROM market.findings"))
            .Should().Equal("put-call-parity|0|AAPL261218C00200000|True");
    }

    private OptionStore NewStore() => new(_market.Database, new Catalog(), new ContractCatalog());

    private Task WriteAsync(params CleanOptionChain[] chains) => _store.WriteAsync(chains, default);

    private static CleanOptionChain Chain(int minutes, params CleanOptionQuote[] quotes) =>
        new("AAPL", QuotedAt, new Provenance("test", $"r{minutes}", QuotedAt.AddMinutes(minutes)), 201.5, 201.5, quotes, [], []);

    private static CleanOptionQuote Call(double strike, double? bid, double? ask) => Quote(OptionType.Call, new DateOnly(2026, 12, 18), strike, bid, ask);

    private static CleanOptionQuote Put(double strike, double? bid, double? ask) => Quote(OptionType.Put, new DateOnly(2026, 12, 18), strike, bid, ask);

    private static CleanOptionQuote Quote(OptionType type, DateOnly expiry, double strike, double? bid, double? ask) => new(
        new RawOptionQuote(new OptionContract("AAPL", expiry, type, strike).ToString(), type, expiry, strike, bid is double.NaN ? null : bid, ask, 5.2, QuotedAt.AddMinutes(-3), 12, 345, 0.26, "USD"),
        new OptionValuation(0.25, 0.5, 0.01, 0.2, -0.05, 0.1));
}
