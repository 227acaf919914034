using System.Text.Json;
using Npgsql;
using StocksDapr.Contracts;
using StocksDapr.Support;
using StocksDapr.Writer.Storage;
using static StocksDapr.Writer.Tests.CleanBarsOf;

namespace StocksDapr.Writer.Tests.Subscriptions;

public sealed class BarDeliveryTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>, IAsyncLifetime
{
    private MarketDatabase _market = null!;
    private RunningWriter _writer = null!;

    public async Task InitializeAsync()
    {
        _market = await MarketDatabase.CreateAsync(postgres);
        _writer = await RunningWriter.StartAsync(_market.ConnectionString, ("Writer:MaxPause", "00:00:00.2"));
        await _writer.BecomesReadyAsync();
    }

    public async Task DisposeAsync()
    {
        await _writer.DisposeAsync();
        await _market.DisposeAsync();
    }

    [Fact]
    public async Task Both_lanes_are_answered_after_the_bars_are_committed_and_announced()
    {
        (await _writer.DeliverAsync(Topics.Bars, Daily(Bar("2013-02-08")))).Should().Equal("SUCCESS");
        (await _writer.DeliverAsync(Topics.BarsHistory, Daily(Bar("2013-02-08", 20), Bar("2013-02-11")).FetchedAt(1))).Should().Equal("SUCCESS");

        (await _market.RowsAsync("SELECT close FROM market.bars ORDER BY start")).Should().Equal("20", "10.5");
        var stored = _writer.Sidecar.Published.Where(published => published.Topic == Topics.Stored).Select(published => published.Data).ToList();
        stored.Select(data => (data.GetProperty("symbol").GetString(), data.GetProperty("inserted").GetInt32(), data.GetProperty("revised").GetInt32()))
            .Should().Equal(("AAPL", 1, 0), ("AAPL", 1, 1));
    }

    [Fact]
    public async Task Bars_that_could_not_be_announced_are_delivered_again_and_announced_then()
    {
        _writer.Sidecar.IsBroken = true;
        (await _writer.DeliverAsync(Topics.Bars, Daily(Bar("2013-02-08")))).Should().Equal("RETRY");

        _writer.Sidecar.IsBroken = false;
        (await _writer.DeliverAsync(Topics.Bars, Daily(Bar("2013-02-08")))).Should().Equal("SUCCESS");

        _writer.Sidecar.Published.Should().ContainSingle().Which.Data.GetProperty("unchanged").GetInt32().Should().Be(1);
    }

    [Fact]
    public async Task What_cannot_be_understood_is_dropped_with_its_reason_and_the_rest_is_stored()
    {
        var good = JsonSerializer.SerializeToElement(Daily(Bar("2013-02-08")), Contracts.Json.ContractsJson.Options);
        object[] entries =
        [
            _writer.Entry(Topics.Bars, new { schema = 99, symbol = "AAPL" }, "newer"),
            _writer.Entry(Topics.Bars, "text", "text"),
            _writer.Entry(Topics.Bars, null, "nothing"),
            _writer.Entry(Topics.Bars, good, "good"),
            _writer.Entry(Topics.Bars, JsonSerializer.SerializeToElement(Daily(Bar("2013-02-08")).FetchedAt(60 * 24 * 365 * 50), Contracts.Json.ContractsJson.Options), "future"),
            new { entryId = "raw", @event = "AAAA" },
        ];

        (await _writer.DeliverEntriesAsync(Topics.Bars, entries)).Should().Equal("DROP", "DROP", "DROP", "SUCCESS", "DROP", "DROP");

        (await _market.RowsAsync("SELECT event_id FROM market.dead_letters WHERE reason <> '' ORDER BY 1")).Should().Equal("future", "newer", "nothing", "text");
        (await _market.ScalarAsync<string>("SELECT reason FROM market.dead_letters WHERE event_id = 'newer'")).Should().Contain("schema 99");
    }

    [Fact]
    public async Task A_message_that_the_database_refuses_does_not_hold_up_the_others()
    {
        await _market.ExecuteAsync("ALTER TABLE market.bars ADD CONSTRAINT no_thirteen CHECK (close <> 13)");
        var messages = Enumerable.Range(0, 40).Select(i => (object)(Daily(Bar("2013-02-08", i == 13 ? 13 : 1)) with { Symbol = $"S{i}" })).ToArray();

        var statuses = await _writer.DeliverAsync(Topics.BarsHistory, messages);

        statuses.Select((status, i) => (status, i)).Should().OnlyContain(answer => answer.status == (answer.i == 13 ? "DROP" : "SUCCESS"));
        (await _market.ScalarAsync<long>("SELECT count(*) FROM market.bars")).Should().Be(39);
        (await _market.RowsAsync("SELECT reason LIKE '%no_thirteen%' FROM market.dead_letters")).Should().Equal("True");
        (await _writer.IsReadyAsync()).Should().BeTrue("one bad message is not the database's trouble");
    }

    [Fact]
    public async Task A_connection_that_is_killed_in_the_middle_of_a_transaction_loses_nothing()
    {
        // The lock of the symbol is held here, so that the transaction stands still where it can be killed.
        await _writer.DeliverAsync(Topics.Bars, Daily(Bar("2013-02-08")));
        await using var other = await _market.ConnectAsync();
        await using var holding = await other.BeginTransactionAsync();
        await using (var take = new NpgsqlCommand($"SELECT pg_advisory_xact_lock({Locks.SymbolClass}, id) FROM market.symbols", other, holding))
            await take.ExecuteNonQueryAsync();

        var delivery = _writer.DeliverAsync(Topics.Bars, Daily(Bar("2013-02-11")), Daily(Bar("2013-02-12")));
        const string Waiting = "FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory'";
        await Eventually.BeTrueAsync(async () => await _market.ScalarAsync<long>($"SELECT count(*) {Waiting}") > 0);
        await _market.ExecuteAsync($"SELECT pg_terminate_backend(pid) {Waiting}");

        await holding.RollbackAsync();
        (await delivery).Should().Contain("RETRY");
        await Eventually.BeTrueAsync(async () =>
            (await _writer.DeliverAsync(Topics.Bars, Daily(Bar("2013-02-11")), Daily(Bar("2013-02-12")))).All(status => status == "SUCCESS"));
        (await _market.ScalarAsync<long>("SELECT count(*) FROM market.bars")).Should().Be(3);
        await _writer.BecomesReadyAsync();
    }

    [Fact]
    public async Task While_the_database_cannot_be_written_everything_is_given_back_and_the_service_is_not_ready()
    {
        await _market.ExecuteAsync($"ALTER DATABASE {new NpgsqlConnectionStringBuilder(_market.ConnectionString).Database} SET default_transaction_read_only = on");
        await _market.ExecuteAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");

        await Eventually.BeTrueAsync(async () =>
            (await _writer.DeliverAsync(Topics.Bars, Daily(Bar("2013-02-08")))).Single() == "RETRY" && !await _writer.IsReadyAsync());

        await _market.ExecuteAsync($"SET default_transaction_read_only = off; ALTER DATABASE {new NpgsqlConnectionStringBuilder(_market.ConnectionString).Database} RESET default_transaction_read_only");
        await _market.ExecuteAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");
        await Eventually.BeTrueAsync(async () => (await _writer.DeliverAsync(Topics.Bars, Daily(Bar("2013-02-08")))).Single() == "SUCCESS");
        await _writer.BecomesReadyAsync();
    }

    [Fact]
    public async Task Stopping_finishes_what_runs_and_gives_back_what_waits()
    {
        await _writer.DeliverAsync(Topics.Bars, Daily(Bar("2013-02-08")));
        await using var other = await _market.ConnectAsync();
        await using var holding = await other.BeginTransactionAsync();
        await using (var take = new NpgsqlCommand($"SELECT pg_advisory_xact_lock({Locks.SymbolClass}, id) FROM market.symbols", other, holding))
            await take.ExecuteNonQueryAsync();
        const string Waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory'";
        var running = new List<Task<string[]>>();
        for (var i = 0; i < 2; i++)
        {
            running.Add(_writer.DeliverAsync(Topics.Bars, Daily(Bar($"2013-02-1{i + 1}"))));
            await Eventually.BeTrueAsync(async () => await _market.ScalarAsync<long>(Waiting) == i + 1);
        }

        var queued = _writer.DeliverAsync(Topics.BarsHistory, Daily(Bar("2013-02-15")), Daily(Bar("2013-02-19")));
        await Eventually.BeTrueAsync(async () => (await _writer.Http.GetStringAsync("/metrics")).Contains("stocks_writer_queue_messages 2", StringComparison.Ordinal));
        var stopped = _writer.StopAsync();
        (await queued).Should().Equal("RETRY", "RETRY");
        await holding.RollbackAsync();

        (await Task.WhenAll(running)).SelectMany(statuses => statuses).Should().Equal("SUCCESS", "SUCCESS");
        await stopped;
        (await _market.ScalarAsync<long>("SELECT count(*) FROM market.bars")).Should().Be(3);
    }

    [Fact]
    public async Task The_metrics_tell_what_became_of_the_bars()
    {
        await _writer.DeliverAsync(Topics.Bars, Daily(Bar("2013-02-08"), Bar("2013-02-11")) with { Repeated = 2, Quarantined = [Quarantined("2013-02-12", 5)] });

        var metrics = await _writer.Http.GetStringAsync("/metrics");

        metrics.Should().MatchRegex("stocks_writer_bars_total\\{[^}]*outcome=\"inserted\"[^}]*\\} 2")
            .And.MatchRegex("stocks_writer_bars_total\\{[^}]*outcome=\"quarantined\"[^}]*\\} 1")
            .And.MatchRegex("stocks_writer_bars_total\\{[^}]*outcome=\"repeated\"[^}]*\\} 2")
            .And.Contain("stocks_writer_transaction_duration_seconds_bucket")
            .And.MatchRegex("stocks_writer_newest_bar_age_seconds\\{[^}]*interval=\"1d\"");
    }
}
