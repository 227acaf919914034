using StocksDapr.Contracts;
using StocksDapr.Contracts.Messages;
using StocksDapr.Support;

namespace StocksDapr.Writer.Tests.Subscriptions;

public sealed class RecordDeliveryTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>, IAsyncLifetime
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
    public async Task Of_two_answers_about_an_instrument_the_later_fetch_stays()
    {
        var later = new Instruments(From(5), [new Instrument("AAPL", "Apple Inc.", "XNAS", "USD", "Technology", ["Apple Computer", "iPhone"])]);
        var earlier = new Instruments(From(0), [new Instrument("AAPL", "Apple"), new Instrument("MSFT", "Microsoft")]);

        (await _writer.DeliverAsync(Topics.Instruments, later)).Should().Equal("SUCCESS");
        (await _writer.DeliverAsync(Topics.Instruments, earlier, later)).Should().Equal("SUCCESS", "SUCCESS");

        (await _market.RowsAsync("SELECT symbol, name, exchange, array_to_string(aliases, ';'), search FROM market.symbols ORDER BY symbol"))
            .Should().Equal("AAPL|Apple Inc.|XNAS|Apple Computer;iPhone|aapl apple inc. apple computer iphone", "MSFT|Microsoft|||msft microsoft");
        (await _market.RowsAsync("SELECT symbol FROM market.symbols WHERE search % 'mircosoft'")).Should().Equal("MSFT");
    }

    [Fact]
    public async Task An_action_that_changes_keeps_what_it_was()
    {
        var ex = new DateOnly(2014, 6, 9);
        CorporateActions Split(int minutes, double value) =>
            new("AAPL", From(minutes), [new CorporateAction(CorporateActionKind.Split, ex, value), new CorporateAction(CorporateActionKind.Dividend, ex, 0.47)]);

        (await _writer.DeliverAsync(Topics.CorporateActions, Split(0, 6), Split(5, 7), Split(3, 8), Split(9, 7), Split(8, 99), Split(0, 6)))
            .Should().OnlyContain(status => status == "SUCCESS");

        (await _market.RowsAsync("SELECT kind, ex_date::text, value FROM market.corporate_actions ORDER BY kind")).Should().Equal("dividend|2014-06-09|0.47", "split|2014-06-09|7");
        (await _market.RowsAsync("SELECT kind, value FROM market.corporate_action_revisions")).Should().Equal("split|6");
    }

    [Fact]
    public async Task The_life_of_an_import_is_the_same_in_any_order_and_any_number()
    {
        var accepted = new ImportAccepted("i1", "kaggle", "1d", "bars.csv", 1234, CleanBarsOf.Fetched);
        var rejections = new ImportRejections("i1", [new RejectedLine(2, "bad-date", "No date.", "x,y"), new RejectedLine(9, "bad-symbol", "No symbol.", "\0")]);
        var read = new ImportRead("i1", 3, 1000, 2);

        (await _writer.DeliverAsync(Topics.Imports, read, rejections, accepted)).Should().Equal("SUCCESS", "SUCCESS", "SUCCESS");
        (await _writer.DeliverAsync(Topics.Imports, accepted, read, rejections)).Should().Equal("SUCCESS", "SUCCESS", "SUCCESS");
        (await _writer.DeliverAsync(Topics.Imports, new ImportFailed("i2", "disk", "No room."))).Should().Equal("SUCCESS");

        (await _market.RowsAsync("SELECT id, source, interval, file_name, bytes, batches, rows, rejected, failed_code FROM market.imports ORDER BY id"))
            .Should().Equal("i1|kaggle|1d|bars.csv|1234|3|1000|2|", "i2||||||||disk");
        (await _market.RowsAsync("SELECT line, code, row FROM market.import_rejections ORDER BY line")).Should().Equal("2|bad-date|x,y", "9|bad-symbol|\uFFFD");
    }

    [Fact]
    public async Task Garbage_is_dropped_and_what_is_beside_it_is_stored()
    {
        object[] actions =
        [
            _writer.Entry(Topics.CorporateActions, new { symbol = "AAPL" }),
            _writer.Entry(Topics.CorporateActions, new { symbol = "not a symbol", provenance = From(0), actions = Array.Empty<int>() }),
            _writer.Entry(Topics.CorporateActions, new { symbol = "AAPL", provenance = From(0), actions = new[] { new { kind = "merger", exDate = "2014-06-09", value = 1 } } }),
            _writer.Entry(Topics.CorporateActions, new { symbol = "AAPL", provenance = From(0), actions = new[] { new { kind = "split", exDate = "2014-06-09", value = -1 } } }),
            _writer.Entry(Topics.CorporateActions, new { symbol = "AAPL", provenance = From(0), actions = new[] { new { kind = "split", exDate = "2014-06-09", value = 7 } } }),
        ];
        (await _writer.DeliverEntriesAsync(Topics.CorporateActions, actions)).Should().Equal("DROP", "DROP", "DROP", "DROP", "SUCCESS");

        object[] imports =
        [
            _writer.Entry(Topics.Imports, new { kind = "unheard-of", importId = "i1" }),
            _writer.Entry(Topics.Imports, new { importId = "i1" }),
            _writer.Entry(Topics.Imports, new { kind = "rejections", importId = "i1" }),
            _writer.Entry(Topics.Imports, new { kind = "read", importId = "i1", batches = 1, rows = 10, rejected = 0 }),
        ];
        (await _writer.DeliverEntriesAsync(Topics.Imports, imports)).Should().Equal("DROP", "DROP", "DROP", "SUCCESS");

        (await _writer.DeliverEntriesAsync(Topics.Instruments, [_writer.Entry(Topics.Instruments, new { provenance = From(0), items = new[] { new { symbol = "AAPL" } } })])).Should().Equal("DROP");
        (await _market.ScalarAsync<long>("SELECT count(*) FROM market.dead_letters WHERE reason IS NOT NULL")).Should().Be(8);
    }

    private static Provenance From(int minutes) => new("test", "r1", CleanBarsOf.Fetched.AddMinutes(minutes));
}
