using StocksDapr.Contracts.Messages;
using StocksDapr.Market;
using StocksDapr.Support;
using StocksDapr.Writer.Bars;
using static StocksDapr.Writer.Tests.CleanBarsOf;

namespace StocksDapr.Writer.Tests.Bars;

public sealed class BarStoreTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>, IAsyncLifetime
{
    private const string BarsSql = """
        SELECT s.symbol, b.interval_id, to_char(b.start, 'YYYY-MM-DD HH24:MI'), b.close, n.name
        FROM market.bars b JOIN market.symbols s ON s.id = b.symbol_id JOIN market.sources n ON n.id = b.source_id ORDER BY 1, 2, b.start
        """;

    private MarketDatabase _market = null!;
    private BarStore _store = null!;

    public async Task InitializeAsync()
    {
        _market = await MarketDatabase.CreateAsync(postgres);
        _store = _market.NewStore();
    }

    public async Task DisposeAsync() => await _market.DisposeAsync();

    [Fact]
    public async Task New_bars_come_back_digit_for_digit()
    {
        var bar = new Bar(Bar("2013-02-08").Start, 15.07, 1.0 / 3, 5e-324, double.MaxValue, long.MaxValue);

        var written = await WriteAsync(Daily(bar));

        written.Should().BeEquivalentTo(new { Inserted = 1, Revised = 0, Unchanged = 0, Quarantined = 0 });
        await using var connection = await _market.ConnectAsync();
        await using var command = new Npgsql.NpgsqlCommand("SELECT open, high, low, close, volume FROM market.bars", connection);
        await using var reader = await command.ExecuteReaderAsync();
        (await reader.ReadAsync()).Should().BeTrue();
        new Bar(bar.Start, reader.GetDouble(0), reader.GetDouble(1), reader.GetDouble(2), reader.GetDouble(3), reader.GetInt64(4)).Should().Be(bar);
    }

    [Fact]
    public async Task The_same_message_again_changes_nothing()
    {
        var message = Daily(Bar("2013-02-08"), Bar("2013-02-11"));
        await WriteAsync(message);
        var before = await _market.RowsAsync("SELECT b::text FROM market.bars b ORDER BY start");

        var again = await WriteAsync(message);

        again.Should().BeEquivalentTo(new { Inserted = 0, Revised = 0, Unchanged = 2 });
        (await _market.RowsAsync("SELECT b::text FROM market.bars b ORDER BY start")).Should().Equal(before);
        (await _market.ScalarAsync<long>("SELECT count(*) FROM market.bar_revisions")).Should().Be(0);
    }

    [Fact]
    public async Task A_later_fetch_with_other_values_wins_and_the_earlier_values_stay_as_a_revision()
    {
        await WriteAsync(Daily(Bar("2013-02-08", 10), Bar("2013-02-11", 11)));

        var written = await WriteAsync(Daily(Bar("2013-02-08", 20), Bar("2013-02-11", 11)).FetchedAt(5));

        written.Should().BeEquivalentTo(new { Inserted = 0, Revised = 1, Unchanged = 1 });
        (await _market.RowsAsync(BarsSql)).Should().Equal("AAPL|10|2013-02-08 00:00|20|test", "AAPL|10|2013-02-11 00:00|11|test");
        (await _market.RowsAsync("""
            SELECT r.close, r.fetched_at < b.fetched_at, r.recorded_at < r.superseded_at, r.superseded_at = b.recorded_at
            FROM market.bar_revisions r JOIN market.bars b USING (symbol_id, interval_id, start)
            """)).Should().Equal("10|True|True|True");
    }

    [Fact]
    public async Task An_earlier_fetch_that_arrives_late_changes_nothing()
    {
        await WriteAsync(Daily(Bar("2013-02-08", 20)).FetchedAt(5));

        var written = await WriteAsync(Daily(Bar("2013-02-08", 10)));

        written.Should().BeEquivalentTo(new { Inserted = 0, Revised = 0, Unchanged = 1 });
        (await _market.RowsAsync(BarsSql)).Should().Equal("AAPL|10|2013-02-08 00:00|20|test");
    }

    [Fact]
    public async Task A_fetch_between_two_equal_ones_that_arrives_last_does_not_win()
    {
        await WriteAsync(Daily(Bar("2013-02-08", 10), Bar("2013-02-11", 11), Bar("2013-02-12", 12)));
        await WriteAsync(Daily(Bar("2013-02-08", 10), Bar("2013-02-12", 12)).FetchedAt(10));

        var written = await WriteAsync(Daily(Bar("2013-02-08", 99), Bar("2013-02-11", 99), Bar("2013-02-12", 99)).FetchedAt(5));

        // The bar that the later fetch did not repeat is not protected by it.
        written.Should().BeEquivalentTo(new { Revised = 1, Unchanged = 2 });
        (await _market.RowsAsync("SELECT close FROM market.bars ORDER BY start")).Should().Equal("10", "99", "12");
    }

    [Fact]
    public async Task The_same_fetch_with_other_values_keeps_the_first_and_quarantines_the_other()
    {
        await WriteAsync(Daily(Bar("2013-02-08", 10)).Batch("i1", 0));

        var written = await WriteAsync(Daily(Bar("2013-02-08", 20)).Batch("i1", 1));

        written.Should().BeEquivalentTo(new { Inserted = 0, Revised = 0, Unchanged = 0, Quarantined = 1 });
        (await _market.RowsAsync(BarsSql)).Should().Equal("AAPL|10|2013-02-08 00:00|10|test");
        (await _market.RowsAsync("SELECT rule, bar->>'close', q.start::date::text FROM market.quarantine q")).Should().Equal("conflicting-duplicate|20|2013-02-08");
        (await _market.RowsAsync("SELECT received, inserted, quarantined FROM market.import_batches ORDER BY number")).Should().Equal("1|1|0", "1|0|1");
    }

    [Fact]
    public async Task Messages_about_the_same_bars_in_one_transaction_are_applied_in_their_order()
    {
        var written = await _store.WriteAsync(
            [
                .. new[]
                {
                    Daily(Bar("2013-02-08", 10), Bar("2013-02-11", 10)),
                    Daily(Bar("2013-02-11", 20), Bar("2013-02-12", 20)).FetchedAt(5),
                    Daily(Bar("2013-02-11", 30)).FetchedAt(10),
                    Daily(Bar("2013-02-08", 40)).FetchedAt(1) with { Symbol = "MSFT" },
                }.Select(PreparedBars.From),
            ],
            CancellationToken.None);

        written.Select(outcome => (outcome.Inserted, outcome.Revised)).Should().Equal((2, 0), (1, 1), (0, 1), (1, 0));
        (await _market.RowsAsync("SELECT close FROM market.bars ORDER BY symbol_id, start")).Should().Equal("10", "30", "20", "40");
        (await _market.RowsAsync("SELECT close FROM market.bar_revisions ORDER BY superseded_at")).Should().Equal("10", "20");
        (await _market.RowsAsync("SELECT symbol, bars, first_start::date::text, last_start::date::text FROM market.series JOIN market.symbols ON id = symbol_id ORDER BY 1"))
            .Should().Equal("AAPL|3|2013-02-08|2013-02-12", "MSFT|1|2013-02-08|2013-02-08");
    }

    [Fact]
    public async Task Bars_of_many_years_lie_in_yearly_partitions_and_the_years_between_are_not_made()
    {
        await WriteAsync(Daily(Bar("1970-01-01"), Bar("1999-12-31"), Bar("2000-01-01"), Bar("2100-12-31")));

        (await _market.RowsAsync("SELECT tableoid::regclass::text FROM market.bars ORDER BY start"))
            .Should().Equal("market.bars_1970", "market.bars_1999", "market.bars_2000", "market.bars_2100");
        (await _market.ScalarAsync<long>("SELECT count(*) FROM pg_inherits WHERE inhparent = 'market.bars'::regclass")).Should().Be(4);
    }

    [Fact]
    public async Task Writers_that_meet_in_a_new_year_make_its_partition_once()
    {
        var messages = Enumerable.Range(0, 8).Select(i => Daily(Bar("2031-06-02", i)) with { Symbol = $"S{i}" });

        await Task.WhenAll(messages.Select(message => _market.NewStore().WriteAsync([PreparedBars.From(message)], CancellationToken.None)));

        (await _market.RowsAsync("SELECT DISTINCT tableoid::regclass::text FROM market.bars")).Should().Equal("market.bars_2031");
        (await _market.ScalarAsync<long>("SELECT count(*) FROM market.bars")).Should().Be(8);
    }

    [Fact]
    public async Task A_message_that_breaks_its_own_promises_is_counted_bar_by_bar()
    {
        var message = Daily(
            Bar("2013-02-12"), Bar("2013-02-08", 1), Bar("2013-02-08", 1), Bar("2013-02-08", 2), Bar("1969-12-31"), Bar("2101-01-01"), Bar("2013-02-11T14:30:00Z")) with
        {
            Repeated = 3,
        };

        var written = await WriteAsync(message.Batch("i1", 0));

        written.Should().BeEquivalentTo(new { Inserted = 2, Quarantined = 4 });
        (await _market.RowsAsync("SELECT received, inserted, revised, unchanged, quarantined, repeated FROM market.import_batches")).Should().Equal("10|2|0|0|4|4");
        (await _market.RowsAsync("SELECT rule FROM market.quarantine ORDER BY start"))
            .Should().Equal("start-out-of-range", "conflicting-duplicate", "start-not-a-date", "start-out-of-range");
    }

    [Fact]
    public async Task The_receipt_of_a_batch_is_that_of_the_first_time()
    {
        var message = Daily(Bar("2013-02-08"), Bar("2013-02-11")) with { Quarantined = [Quarantined("2013-02-12", new RawValue("n/a"), 4)], Repeated = 1 };

        await WriteAsync(message.Batch("i1", 7));
        await WriteAsync(message.Batch("i1", 7));

        (await _market.RowsAsync("SELECT import_id, number, received, inserted, revised, unchanged, quarantined, repeated FROM market.import_batches"))
            .Should().Equal("i1|7|4|2|0|0|1|1");
    }

    [Fact]
    public async Task A_wrong_bar_is_one_row_however_often_it_comes_and_knows_the_lines_of_each_import()
    {
        var message = Daily() with
        {
            Quarantined = [Quarantined("2013-02-08", new RawValue("n/a"), 2), Quarantined("2013-02-08", new RawValue("n/a"), 9), Quarantined("2013-02-08", 5, 3), Quarantined("2013-02-08", default, 4)],
        };

        await WriteAsync(message.Batch("i1", 0));
        await WriteAsync(message.Batch("i1", 0));
        await WriteAsync(message.Batch("i2", 0).FetchedAt(60));

        (await _market.RowsAsync("SELECT bar->'close', request_id, last_fetched_at - fetched_at FROM market.quarantine ORDER BY bar->'close'"))
            .Should().Equal("null|i1|01:00:00", "\"n/a\"|i1|01:00:00", "5|i1|01:00:00");
        (await _market.RowsAsync("SELECT import_id, line, bar->'close' FROM market.quarantine_lines JOIN market.quarantine ON id = quarantine_id ORDER BY 1, 2"))
            .Should().Equal("i1|2|\"n/a\"", "i1|3|5", "i1|4|null", "i1|9|\"n/a\"", "i2|2|\"n/a\"", "i2|3|5", "i2|4|null", "i2|9|\"n/a\"");
    }

    [Fact]
    public async Task Text_that_the_database_cannot_hold_is_made_storable()
    {
        var message = Daily() with
        {
            Quarantined = [Quarantined("2013-02-08", new RawValue("1\02\uD800"), 2, rule: new string('r', 5_000))],
            Findings = [new Finding("gap\0", null, "nothing\0"), new Finding("gap\0", null, "nothing\0"), new Finding("gap", Bar("2013-02-08").Start, "x")],
        };

        await WriteAsync(message.Batch("i\0", 0));
        await WriteAsync(message.Batch("i\0", 0));

        (await _market.RowsAsync("SELECT bar->>'close' FROM market.quarantine")).Should().Equal("1\uFFFD2\uFFFD");
        (await _market.ScalarAsync<long>("SELECT count(*) FROM market.findings")).Should().Be(2);
    }

    [Fact]
    public async Task Whoever_listens_hears_what_changed_with_the_commit_and_nothing_else()
    {
        await WriteAsync(Daily(Bar("2013-02-08"), Bar("2013-02-11")) with { Symbol = "MSFT" });
        var heard = new List<string>();
        await using var listener = await _market.ConnectAsync();
        listener.Notification += (_, notice) => heard.Add(notice.Payload);
        await using (var listen = new Npgsql.NpgsqlCommand("LISTEN stored", listener))
            await listen.ExecuteNonQueryAsync();

        await WriteAsync(Daily(Bar("2013-02-08"), Bar("2013-02-11")) with { Symbol = "MSFT" });
        await WriteAsync(Daily(Bar("1970-01-01"), Bar("2013-02-11")));
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await listener.WaitAsync(patience.Token);

        heard.Should().Equal("AAPL|10|0|1360540800");
    }

    [Fact]
    public async Task Intraday_bars_with_long_gaps_meet_only_the_stored_bars_of_the_same_start()
    {
        CleanBars Minutes(int everyMinutes, int count, double close) => Daily(
            [.. Enumerable.Range(0, count).Select(i => new Bar(new DateTimeOffset(2026, 1, 5, 14, 30, 0, TimeSpan.Zero).AddMinutes(i * everyMinutes), 1, 1, 1, close, 1))]) with
        {
            Interval = Interval.OneMinute,
        };

        await WriteAsync(Minutes(1, 1_000, 1));
        var written = await WriteAsync(Minutes(500, 3, 2).FetchedAt(1));

        written.Should().BeEquivalentTo(new { Inserted = 1, Revised = 2, Unchanged = 0 });
        (await _market.ScalarAsync<long>("SELECT count(*) FROM market.bars WHERE close = 2")).Should().Be(3);
        (await _market.ScalarAsync<long>("SELECT bars FROM market.series")).Should().Be(1_001);
    }

    private async Task<WrittenBars> WriteAsync(CleanBars message) =>
        (await _store.WriteAsync([PreparedBars.From(message)], CancellationToken.None)).Single();
}
